namespace LogFlow.Processor;

/// <summary>A topic that takes dead letters.</summary>
/// <param name="Name"><c>TOPIC.dlq</c>.</param>
/// <param name="PartitionCount">How many partitions it has.</param>
/// <param name="MessageBytesMax">Its <c>max.message.bytes</c>, as far as the queue tells.</param>
internal sealed record DlqTopic(string Name, int PartitionCount, int MessageBytesMax)
{
    /// <summary>Kafka's default of <c>max.message.bytes</c>.</summary>
    public const int MessageBytesMaxDefault = 1_048_588;

    /// <summary>The topic for the dead letters of a topic.</summary>
    public static string NameOf(string topic) => topic + ".dlq";
}
