using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>Removes top-level fields by patterns over their names and values.</summary>
internal sealed class PruneFilter : Filter
{
    private const string UnresolvedField = @"%\{[^}]+\}";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly Pattern[] _whitelistNames;
    private readonly Pattern[] _blacklistNames;
    private readonly (string Name, Pattern Pattern)[] _whitelistValues;
    private readonly (string Name, Pattern Pattern)[] _blacklistValues;

    private PruneFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        var interpolate = settings.Boolean("interpolate");
        _whitelistNames = [.. settings.ListValues("whitelist_names")
            .Select(value => Create(context, value, interpolate))];
        _blacklistNames = settings.Has("blacklist_names")
            ? [.. settings.ListValues("blacklist_names").Select(value => Create(context, value, interpolate))]
            : [new Pattern(RubyRegex.Create(UnresolvedField, RubyRegexOptions.None, Timeout), null)];
        _whitelistValues = [.. settings.Hash("whitelist_values")
            .Select(e => (e.Name, Create(context, e.Value, interpolate)))];
        _blacklistValues = [.. settings.Hash("blacklist_values")
            .Select(e => (e.Name, Create(context, e.Value, interpolate)))];
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "prune",
        new SettingSpec("whitelist_names", SettingType.List),
        new SettingSpec("blacklist_names", SettingType.List),
        new SettingSpec("whitelist_values", SettingType.Hash),
        new SettingSpec("blacklist_values", SettingType.Hash),
        new SettingSpec("interpolate", SettingType.Boolean) { Default = false })
    {
        CreateFilter = context => new PruneFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var fields = target.Fields;
        for (var i = fields.Count - 1; i >= 0; i--)
        {
            var name = fields.NameAt(i);
            var isWanted = _whitelistNames.Length == 0
                || _whitelistNames.Any(pattern => pattern.IsMatch(name, target, context));
            if (!isWanted || _blacklistNames.Any(pattern => pattern.IsMatch(name, target, context)))
            {
                fields.Remove(name);
            }
        }
        foreach (var (name, pattern) in _whitelistValues)
        {
            PruneValues(fields, name, value => pattern.IsMatch(value, target, context));
        }
        foreach (var (name, pattern) in _blacklistValues)
        {
            PruneValues(fields, name, value => !pattern.IsMatch(value, target, context));
        }
        Matched(target, context);
    }

    private static void PruneValues(EventMap fields, string name, Func<string, bool> keep)
    {
        var value = fields[name];
        if (value.IsMissing)
        {
            return;
        }
        if (value.List is not { } list)
        {
            if (!keep(value.ToText()))
            {
                fields.Remove(name);
            }
            return;
        }
        var kept = new EventList(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (keep(list[i].ToText()))
            {
                kept.Add(list[i]);
            }
        }
        if (kept.Count == 0)
        {
            fields.Remove(name);
        }
        else
        {
            fields[name] = EventValue.Of(kept);
        }
    }

    private static Pattern Create(PluginContext context, ConfigValue value, bool interpolate)
    {
        var text = value.Text ?? string.Empty;
        if (interpolate && text.Contains("%{", StringComparison.Ordinal))
        {
            return new Pattern(null, context.Template(value));
        }
        try
        {
            // Not interpolated, %{name} stands for itself.
            var escaped = interpolate ? text : text.Replace("%{", "%\\{", StringComparison.Ordinal);
            return new Pattern(RubyRegex.Create(escaped, RubyRegexOptions.Compiled, Timeout), null);
        }
        catch (RubyRegexException e)
        {
            context.Error(value.Span, $"the pattern /{text}/ is wrong: {e.Message}");
            return new Pattern(null, EventTemplate.Literal(string.Empty));
        }
    }

    private sealed record Pattern(Regex? Fixed, EventTemplate? Template)
    {
        public bool IsMatch(string text, Event target, FilterContext context) =>
            (Fixed ?? RubyRegex.Create(Template!.Format(target, context.Now), RubyRegexOptions.None, Timeout))
                .IsMatch(text);
    }
}
