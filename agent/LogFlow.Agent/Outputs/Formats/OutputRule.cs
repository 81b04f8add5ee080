namespace LogFlow.Agent;

/// <summary>A rule that gives an event a name (of an index, a pipeline, a topic) where its condition holds.</summary>
internal sealed class OutputRule
{
    private readonly FormatString _format;
    private readonly EventCondition? _when;
    private readonly Dictionary<string, string> _mappings;
    private readonly string _default;

    /// <exception cref="FormatException">The format makes no sense.</exception>
    public OutputRule(OutputRuleConfig config, string format, IReadOnlyDictionary<string, string>? known)
    {
        _format = FormatString.Parse(format, known);
        _when = config.When;
        _mappings = config.Mappings;
        _default = config.Default;
    }

    /// <summary>The name; null where the rule does not apply.</summary>
    /// <param name="json">The event as it is sent.</param>
    /// <param name="fields">The same, for conditions.</param>
    public string? Apply(ReadOnlySpan<byte> json, AgentEvent fields)
    {
        if (_when is { } when && !when.Holds(fields))
        {
            return null;
        }

        var name = _format.Format(json);
        if (name is null || _mappings.Count == 0)
        {
            return name;
        }

        return _mappings.TryGetValue(name, out var mapped) ? mapped : _default.Length > 0 ? _default : null;
    }
}
