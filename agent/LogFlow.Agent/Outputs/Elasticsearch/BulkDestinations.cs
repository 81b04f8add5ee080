using System.Collections.Concurrent;

namespace LogFlow.Agent;

/// <summary>Chooses each event's index and pipeline.</summary>
internal sealed class BulkDestinations
{
    private const int KnownMax = 10_000;

    private readonly NameSelector _indices;
    private readonly NameSelector _pipelines;
    private readonly string _defaultIndex;
    private readonly ConcurrentDictionary<(string Index, string? Pipeline), BulkDestination> _known = new();
    private readonly AgentCounters _counters;

    public BulkDestinations(ElasticsearchOutputConfig config, AgentIdentity identity, AgentCounters counters)
    {
        _counters = counters;
        _defaultIndex = DefaultIndex(identity);
        var known = KnownFields(identity);
        _indices = new NameSelector(
            FormatString.Parse(config.Index.Length > 0 ? config.Index : _defaultIndex, known),
            config.Indices.Select(rule => new OutputRule(rule, rule.Index, known)),
            isLower: true);
        _pipelines = new NameSelector(
            config.Pipeline.Length > 0 ? FormatString.Parse(config.Pipeline, known) : null,
            config.Pipelines.Select(rule => new OutputRule(rule, rule.Pipeline, known)),
            isLower: true);
    }

    /// <summary>Filebeat's name, with our version.</summary>
    public static string DefaultIndex(AgentIdentity identity) => $"filebeat-{identity.Version}";

    /// <summary>Fields that have the same value in all events.</summary>
    public static Dictionary<string, string> KnownFields(AgentIdentity identity) => new()
    {
        ["agent.version"] = identity.Version,
        ["agent.name"] = identity.Name,
        ["agent.id"] = identity.Id.ToString(),
        ["beat.version"] = identity.Version,
        ["beat.name"] = identity.Name,
        ["@metadata.beat"] = "filebeat",
        ["@metadata.version"] = identity.Version,
    };

    /// <summary>
    /// Where an event goes. One whose index cannot be named, for want of a field, goes to the default one.
    /// </summary>
    public BulkDestination Find(ReadOnlyMemory<byte> json)
    {
        var index = _indices.Select(json);
        if (index is null)
        {
            _counters.AddUnnamed();
            index = _defaultIndex;
        }

        return Find(index, _pipelines.IsEmpty ? null : _pipelines.Select(json));
    }

    /// <summary>The destination of that name.</summary>
    public BulkDestination Find(string index, string? pipeline)
    {
        if (_known.Count > KnownMax)
        {
            _known.Clear();
        }

        return _known.GetOrAdd((index, pipeline), static name => new BulkDestination(name.Index, name.Pipeline));
    }
}
