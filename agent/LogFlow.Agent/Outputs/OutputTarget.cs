using System.Text;

namespace LogFlow.Agent;

/// <summary>
/// An output as both sides of the wall need it (ARCHITECTURE.md, "Outputs"): how its batches are built, what it is
/// called, and how its sink is opened.
/// </summary>
internal abstract class OutputTarget
{
    /// <summary>
    /// Lanes of outputs that have no partitions: for ever, so that no setting moves a file to another one.
    /// </summary>
    public const int LaneCount = 16;

    /// <summary>What inputs call it: its type, or the name it was given.</summary>
    public required string Name { get; init; }

    /// <summary>Its key in the configuration.</summary>
    public string Key => $"output.{Name}";

    /// <summary>What it is and where, for messages: "Elasticsearch at http://es1:9200".</summary>
    public abstract string Description { get; }

    /// <summary>The same at the beginning of a sentence.</summary>
    public string Subject => char.ToUpperInvariant(Description[0]) + Description[1..];

    /// <summary>The topic, or what stands in its place in messages.</summary>
    public virtual string Topic => Key;

    /// <summary>How its batches are built.</summary>
    public abstract PublisherOptions Options { get; }

    /// <summary>What its records' values are.</summary>
    public virtual OutputCodec Codec => OutputCodec.Json;

    /// <summary>What is odd about its configuration.</summary>
    public abstract IEnumerable<string> Warnings { get; }

    /// <summary>Opens the way to it; nothing is connected yet.</summary>
    public abstract IBatchSink OpenSink(SinkContext context);

    /// <summary>The key of the records of a file's incarnation.</summary>
    public virtual byte[] KeyOf(AgentIdentity identity, long generation) =>
        Encoding.ASCII.GetBytes($"{identity.Id.ToString("N")[..8]}-{generation:x}");

    /// <summary>Whether a registry's topic entry was written for this output.</summary>
    public virtual bool IsKnownAs(TopicIdentity known) => known == Lanes();

    /// <summary>What registry and messages call an output that has no topic.</summary>
    protected TopicIdentity Lanes() => new(Key, Guid.Empty, LaneCount);
}
