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

    /// <summary>
    /// What a step removes is gathered first: a pattern may name a field that the step removes.
    /// </summary>
    public override void Apply(Event target, FilterContext context)
    {
        var fields = target.Fields;
        if (_whitelistNames.Length > 0)
        {
            RemoveNames(fields, name => !_whitelistNames.Any(pattern => pattern.IsMatch(name, target, context)));
        }
        RemoveNames(fields, name => _blacklistNames.Any(pattern => pattern.IsMatch(name, target, context)));
        PruneValues(fields, _whitelistValues, (pattern, value) => pattern.IsMatch(value, target, context));
        PruneValues(fields, _blacklistValues, (pattern, value) => !pattern.IsMatch(value, target, context));
        Matched(target, context);
    }

    private static void RemoveNames(EventMap fields, Func<string, bool> isUnwanted)
    {
        var unwanted = new List<string>();
        for (var i = 0; i < fields.Count; i++)
        {
            var name = fields.NameAt(i);
            if (isUnwanted(name))
            {
                unwanted.Add(name);
            }
        }
        foreach (var name in unwanted)
        {
            fields.Remove(name);
        }
    }

    private static void PruneValues(
        EventMap fields, (string Name, Pattern Pattern)[] patterns, Func<Pattern, string, bool> keep)
    {
        var changes = new List<(string Name, EventList? Kept)>();
        foreach (var (name, pattern) in patterns)
        {
            var value = fields[name];
            if (value.List is { } list)
            {
                changes.Add((name, Keep(list, text => keep(pattern, text))));
            }
            else if (!value.IsMissing && !keep(pattern, value.ToText()))
            {
                changes.Add((name, null));
            }
        }
        foreach (var (name, kept) in changes)
        {
            if (kept is { Count: > 0 })
            {
                fields[name] = EventValue.Of(kept);
            }
            else
            {
                fields.Remove(name);
            }
        }
    }

    private static EventList Keep(EventList list, Func<string, bool> keep)
    {
        var kept = new EventList(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (keep(list[i].ToText()))
            {
                kept.Add(list[i]);
            }
        }
        return kept;
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
                .IsMatchPatiently(text);
    }
}
