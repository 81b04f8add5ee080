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

    /// <summary>Its name, and its registry's.</summary>
    public required string Name { get; init; }

    /// <summary>What inputs call it: several targets may be one output, each for some of its inputs.</summary>
    public virtual string Output => Name;

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

    /// <summary>Whether an input's lines come here, where they go to this output.</summary>
    public virtual bool Serves(InputConfig input) => true;

    /// <summary>Whether an input that comes while the agent runs can send its lines here.</summary>
    /// <param name="agent">The configuration.</param>
    /// <param name="input">The input.</param>
    public virtual bool CanTake(AgentConfig agent, InputConfig input) => AgentConfig.IsFor(input, Output);

    /// <summary>From now on it serves an input that it can take.</summary>
    public virtual void Take(AgentConfig agent, InputConfig input)
    {
    }

    /// <summary>Opens the way to it; nothing is connected yet.</summary>
    public abstract IBatchSink OpenSink(SinkContext context);

    /// <summary>The key of the records of a file's incarnation.</summary>
    public virtual byte[] KeyOf(AgentIdentity identity, InputConfig input, long generation) =>
        Encoding.ASCII.GetBytes($"{identity.Id.ToString("N")[..8]}-{generation:x}");

    /// <summary>Whether a registry's topic entry was written for this output.</summary>
    public virtual bool IsKnownAs(TopicIdentity known) => known == Lanes();

    /// <summary>What registry and messages call an output that has no topic.</summary>
    protected TopicIdentity Lanes() => new(Key, Guid.Empty, LaneCount);
}
