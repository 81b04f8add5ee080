namespace LogFlow.Processor.Pipeline;

/// <summary>Replaces values by what a dictionary says; a dictionary file is read again when it changed.</summary>
internal sealed class TranslateFilter : Filter
{
    private readonly FieldReference _source;
    private readonly FieldReference _target;
    private readonly FieldReference? _iterateOn;
    private readonly EventTemplate? _fallback;
    private readonly bool _override;
    private readonly bool _exact;
    private readonly bool _regex;
    private readonly RefreshedFile? _file;
    private readonly bool _refreshMerges;

    private List<(string Key, EventValue Value)> _entries = [];
    private volatile Translator? _translator;

    private TranslateFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        _source = Renamed(context, "source", "field") ?? FieldReference.Message;
        if (!settings.Has("source") && !settings.Has("field"))
        {
            context.Error("source", "translate needs 'source', the field to look up");
        }
        _target = Renamed(context, "target", "destination")
            ?? (context.IsEcs ? _source : FieldReference.Parse("translation"));
        _iterateOn = context.FieldOf("iterate_on");
        _fallback = settings.Value("fallback") is { } fallback ? context.Template(fallback) : null;
        _override = settings.Has("override")
            ? settings.Boolean("override")
            : _target.ToBracketForm() == _source.ToBracketForm();
        _exact = settings.Boolean("exact");
        _regex = settings.Boolean("regex");
        _file = settings.String("dictionary_path") is { } path
            ? new RefreshedFile(path, TimeSpan.FromSeconds(settings.Number("refresh_interval")), Read)
            : null;
        _refreshMerges = settings.String("refresh_behaviour") == "merge";
        Load(context);
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "translate",
        new SettingSpec("source", SettingType.FieldReference),
        new SettingSpec("field", SettingType.FieldReference),
        new SettingSpec("target", SettingType.FieldReference),
        new SettingSpec("destination", SettingType.FieldReference),
        new SettingSpec("yaml_load_strategy", SettingType.String) { Allowed = ["one_shot", "streaming"] },
        new SettingSpec("yaml_dictionary_code_point_limit", SettingType.Number),
        new SettingSpec("dictionary", SettingType.Hash),
        new SettingSpec("dictionary_path", SettingType.Path),
        new SettingSpec("exact", SettingType.Boolean) { Default = true },
        new SettingSpec("regex", SettingType.Boolean) { Default = false },
        new SettingSpec("override", SettingType.Boolean),
        new SettingSpec("fallback", SettingType.String),
        new SettingSpec("iterate_on", SettingType.FieldReference),
        new SettingSpec("refresh_interval", SettingType.Number) { Default = 300 },
        new SettingSpec("refresh_behaviour", SettingType.String) { Default = "merge", Allowed = ["merge", "replace"] },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new TranslateFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        _file?.Refresh(context);
        if (_iterateOn is not null)
        {
            Iterate(_iterateOn, target, context);
            return;
        }
        if (!_override && target.Contains(_target))
        {
            return;
        }
        var source = target.Get(_source);
        if (source.List is { Count: > 0 } list)
        {
            source = list[0];
        }
        var translated = Translate(source, target, context);
        if (!translated.IsMissing)
        {
            target.Set(_target, translated.DeepClone());
            Matched(target, context);
        }
    }

    /// <summary>What is taken and changes nothing here.</summary>
    public override IEnumerable<string> Remarks
    {
        get
        {
            if (Node.Settings.Has("yaml_dictionary_code_point_limit"))
            {
                yield return "'yaml_dictionary_code_point_limit' changes nothing: dictionaries of any size are read";
            }
        }
    }

    /// <summary>An option, or its former name, which is still valid; both at once are a mistake.</summary>
    private static FieldReference? Renamed(PluginContext context, string name, string former)
    {
        if (context.Settings.Has(name) && context.Settings.Has(former))
        {
            context.Error(former, $"'{former}' is the former name of '{name}', which is there, too", "leave it out");
        }
        return context.FieldOf(name) ?? context.FieldOf(former);
    }

    private EventValue Translate(EventValue source, Event target, FilterContext context)
    {
        var translated = source.IsNil ? EventValue.Missing : _translator!.Translate(source.ToText());
        return translated.IsMissing && _fallback is not null
            ? EventValue.Of(_fallback.Format(target, context.Now))
            : translated;
    }

    private void Iterate(FieldReference field, Event target, FilterContext context)
    {
        var value = target.Get(field);
        var items = value.List ?? new EventList(value.IsNil ? [] : [value]);
        var matched = false;
        if (field.ToBracketForm() == _source.ToBracketForm())
        {
            var results = new EventList(items.Count);
            for (var i = 0; i < items.Count; i++)
            {
                var translated = Translate(items[i], target, context);
                matched |= !translated.IsMissing;
                results.Add(translated.IsMissing ? EventValue.Null : translated.DeepClone());
            }
            if (matched)
            {
                target.Set(_target, EventValue.Of(results));
            }
        }
        else
        {
            for (var i = 0; i < items.Count; i++)
            {
                matched |= TranslateItem(items[i], target, context);
            }
        }
        if (matched)
        {
            Matched(target, context);
        }
    }

    private bool TranslateItem(EventValue item, Event target, FilterContext context)
    {
        if (item.Map is not { } map || (!_override && map.ContainsKey(_target.LastName)))
        {
            return false;
        }
        var translated = Translate(map[_source.LastName], target, context);
        if (translated.IsMissing)
        {
            return false;
        }
        map[_target.LastName] = translated.DeepClone();
        return true;
    }

    private void Load(PluginContext context)
    {
        try
        {
            if (_file is null)
            {
                Use([.. context.Settings.Hash("dictionary").Select(entry => (entry.Name, ToValue(entry.Value)))]);
            }
            else
            {
                _file.Load(context.Options.Time);
            }
        }
        catch (Exception e) when (RefreshedFile.IsUnusable(e))
        {
            var setting = _file is null ? "dictionary" : "dictionary_path";
            context.Error(setting, $"the dictionary cannot be used: {e.Message}");
        }
    }

    private void Read(string path)
    {
        var entries = TranslateDictionary.ReadFile(path);
        if (_refreshMerges)
        {
            var known = entries.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
            entries = [.. _entries.Where(entry => !known.Contains(entry.Key)), .. entries];
        }
        Use(entries);
    }

    private void Use(List<(string Key, EventValue Value)> entries)
    {
        _translator = new Translator(entries, _exact, _regex);
        _entries = entries;
    }

    private static EventValue ToValue(ConfigValue value)
    {
        if (value.Items is { } items)
        {
            return EventValue.Of(new EventList(items.Select(ToValue)));
        }
        if (value.Entries is not { } entries)
        {
            return EventValue.Of(value.Text);
        }
        var map = new EventMap();
        foreach (var entry in entries)
        {
            map[entry.Name] = ToValue(entry.Value);
        }
        return EventValue.Of(map);
    }
}
