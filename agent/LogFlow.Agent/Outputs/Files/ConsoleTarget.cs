namespace LogFlow.Agent;

/// <summary><c>output.console</c>: standard output.</summary>
internal sealed class ConsoleTarget(ConsoleOutputConfig config, MemoryQueueConfig memory) : OutputTarget
{
    public override string Description => "the console";

    public override IEnumerable<string> Warnings => config.Warnings;

    public override PublisherOptions Options { get; } = FileTarget.OptionsOf(config.BulkMaxSize, memory);

    public override IBatchSink OpenSink(SinkContext context)
    {
        config.Codec.Pretty |= config.Pretty;
        return new ConsoleBatchSink(config.Codec, Console.OpenStandardOutput(), Lanes(), context);
    }

    public override byte[] KeyOf(AgentIdentity identity, InputConfig input, long generation) =>
        DocumentIds.PrefixOf(identity.Id, generation);
}
