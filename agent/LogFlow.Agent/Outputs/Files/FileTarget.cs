using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary><c>output.file</c>: files on this machine.</summary>
internal sealed class FileTarget(FileOutputConfig config, MemoryQueueConfig memory) : OutputTarget
{
    private const int EventsMax = 2048;

    public override string Description => $"folder {config.Path}";

    public override IEnumerable<string> Warnings => config.Warnings;

    public override PublisherOptions Options { get; } = OptionsOf(EventsMax, memory);

    public override IBatchSink OpenSink(SinkContext context) => new FileBatchSink(config, Lanes(), context);

    public override byte[] KeyOf(AgentIdentity identity, InputConfig input, long generation) =>
        DocumentIds.PrefixOf(identity.Id, generation);

    /// <summary>How batches are built for what is not Kafka and cannot tell a repetition.</summary>
    public static PublisherOptions OptionsOf(int eventsMax, MemoryQueueConfig memory) => new(
        CompressionType.None, 0, 4 << 20, PublisherOptions.Smallest(eventsMax, memory.Events))
    {
        Repetition = Repetition.Arrives,
        KeysNameLines = true,
    };
}
