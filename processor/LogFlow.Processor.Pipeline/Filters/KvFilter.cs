using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>Takes key=value pairs out of text.</summary>
internal sealed class KvFilter : Filter
{
    private readonly FieldReference _source;
    private readonly FieldReference? _target;
    private readonly KvScanner? _scanner;
    private readonly bool _recursive;
    private readonly bool _allowDuplicates;
    private readonly bool _allowEmpty;
    private readonly KvTransform _keys;
    private readonly KvTransform _values;
    private readonly EventTemplate _prefix;
    private readonly EventTemplate[] _include;
    private readonly EventTemplate[] _exclude;
    private readonly (EventTemplate Key, EventTemplate Value)[] _defaults;
    private readonly IReadOnlyList<string> _tagOnFailure;
    private readonly string _tagOnTimeout;

    private KvFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        _source = context.FieldOf("source")!;
        _target = context.FieldOf("target");
        _recursive = settings.Boolean("recursive");
        _allowDuplicates = settings.Boolean("allow_duplicate_values");
        _allowEmpty = settings.Boolean("allow_empty_values");
        _keys = KvTransform.Create(context, "key");
        _values = KvTransform.Create(context, "value");
        _prefix = EventTemplate.Parse(settings.String("prefix")!);
        _include = [.. settings.ListValues("include_keys").Select(context.Template)];
        _exclude = [.. settings.ListValues("exclude_keys").Select(context.Template)];
        _defaults = [.. settings.Hash("default_keys").Where(entry => entry.Value.Text is not null)
            .Select(entry => (context.Template(entry.Key), context.Template(entry.Value)))];
        _tagOnFailure = settings.List("tag_on_failure");
        _tagOnTimeout = settings.String("tag_on_timeout")!;
        _scanner = KvScanner.Create(context);
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "kv",
        new SettingSpec("source", SettingType.FieldReference) { Default = "message" },
        new SettingSpec("target", SettingType.FieldReference),
        new SettingSpec("field_split", SettingType.String) { Default = " " },
        new SettingSpec("field_split_pattern", SettingType.String),
        new SettingSpec("value_split", SettingType.String) { Default = "=" },
        new SettingSpec("value_split_pattern", SettingType.String),
        new SettingSpec("prefix", SettingType.String) { Default = "" },
        new SettingSpec("include_keys", SettingType.List),
        new SettingSpec("exclude_keys", SettingType.List),
        new SettingSpec("default_keys", SettingType.Hash),
        new SettingSpec("trim_key", SettingType.String),
        new SettingSpec("trim_value", SettingType.String),
        new SettingSpec("remove_char_key", SettingType.String),
        new SettingSpec("remove_char_value", SettingType.String),
        new SettingSpec("transform_key", SettingType.String) { Allowed = ["lowercase", "uppercase", "capitalize"] },
        new SettingSpec("transform_value", SettingType.String) { Allowed = ["lowercase", "uppercase", "capitalize"] },
        new SettingSpec("allow_duplicate_values", SettingType.Boolean) { Default = true },
        new SettingSpec("allow_empty_values", SettingType.Boolean) { Default = false },
        new SettingSpec("include_brackets", SettingType.Boolean) { Default = true },
        new SettingSpec("recursive", SettingType.Boolean) { Default = false },
        new SettingSpec("whitespace", SettingType.String) { Default = "lenient", Allowed = ["lenient", "strict"] },
        new SettingSpec("timeout_millis", SettingType.Number) { Default = 30000 },
        new SettingSpec("tag_on_failure", SettingType.List) { Default = new[] { "_kv_filter_error" } },
        new SettingSpec("tag_on_timeout", SettingType.String) { Default = "_kv_filter_timeout" },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new KvFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var value = target.Get(_source);
        var pairs = new EventMap();
        try
        {
            Read(value, pairs, target, context);
        }
        catch (RegexMatchTimeoutException)
        {
            context.CountFailure();
            target.Tag(_tagOnTimeout);
            return;
        }
        foreach (var (key, defaultValue) in _defaults)
        {
            var name = key.Format(target, context.Now);
            if (!pairs.ContainsKey(name))
            {
                pairs[name] = EventValue.Of(defaultValue.Format(target, context.Now));
            }
        }
        if (pairs.Count == 0)
        {
            return;
        }
        try
        {
            Store(pairs, target);
            Matched(target, context);
        }
        catch (EventFieldException)
        {
            Failed(target, context, _tagOnFailure);
        }
    }

    private void Read(EventValue value, EventMap pairs, Event target, FilterContext context)
    {
        if (value.IsString)
        {
            Read(value.AsString(), pairs, target, context);
        }
        else if (value.List is { } list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i].IsString)
                {
                    Read(list[i].AsString(), pairs, target, context);
                }
            }
        }
    }

    private void Store(EventMap pairs, Event target)
    {
        if (_target is not null)
        {
            target.Set(_target, EventValue.Of(pairs));
            return;
        }
        for (var i = 0; i < pairs.Count; i++)
        {
            var name = pairs.NameAt(i);
            var field = FieldReference.TryParse(name, out var reference, out _) ? reference
                : FieldReference.TopLevel(name);
            target.Set(field, pairs.ValueAt(i));
        }
    }

    private void Read(string text, EventMap pairs, Event target, FilterContext context)
    {
        foreach (var (rawKey, rawValue) in _scanner!.Scan(text))
        {
            // Empty as it stands in the text: what only trimming empties is kept.
            if (rawValue.Length == 0 && !_allowEmpty)
            {
                continue;
            }
            var name = _keys.Apply(rawKey);
            if (!IsWanted(name, target, context))
            {
                continue;
            }
            var key = string.Concat(_prefix.Format(target, context.Now), name);
            var value = _values.Apply(rawValue);
            var result = EventValue.Of(value);
            if (_recursive)
            {
                var inner = new EventMap();
                Read(value, inner, target, context);
                result = inner.Count > 0 ? EventValue.Of(inner) : result;
            }
            Add(pairs, key, result);
        }
    }

    private bool IsWanted(string key, Event target, FilterContext context)
    {
        if (_include.Length > 0 && !_include.Any(wanted => wanted.Format(target, context.Now) == key))
        {
            return false;
        }
        return !_exclude.Any(unwanted => unwanted.Format(target, context.Now) == key);
    }

    // A single text is asked whether it contains the new one, as Ruby's include? does.
    private static bool Holds(EventValue existing, EventValue value) => existing.IsString && value.IsString
        ? existing.AsString().Contains(value.AsString(), StringComparison.Ordinal)
        : existing.Equals(value);

    private void Add(EventMap pairs, string key, EventValue value)
    {
        var existing = pairs[key];
        if (existing.IsMissing)
        {
            pairs[key] = value;
        }
        else if (existing.List is { } list)
        {
            for (var i = 0; i < list.Count && !_allowDuplicates; i++)
            {
                if (list[i].Equals(value))
                {
                    return;
                }
            }
            list.Add(value);
        }
        else if (_allowDuplicates || !Holds(existing, value))
        {
            pairs[key] = EventValue.Of(new EventList([existing, value]));
        }
    }
}
