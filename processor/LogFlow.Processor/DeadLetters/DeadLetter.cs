using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>A record that could not be processed, and why. The record's memory lives as long as its batch.</summary>
/// <param name="Record">The record as it was read.</param>
/// <param name="Source">Where it was read.</param>
/// <param name="Stage">At which stage it failed.</param>
/// <param name="Plugin">Which plugin refused it.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Attempts">How often it was tried.</param>
internal sealed record DeadLetter(
    Record Record, TopicPartition Source, DeadLetterStage Stage, string Plugin, string Reason, int Attempts = 1)
{
    /// <summary>The topic's incarnation; with partition and offset it is the record's identity.</summary>
    public Guid TopicId { get; init; }

    /// <summary>
    /// Set where the value is not a record's but a whole record batch that could not be decoded; null: a record.
    /// </summary>
    public UndecodedBatch? Batch { get; init; }

    /// <summary>The stage as header and metric write it.</summary>
    public static string NameOf(DeadLetterStage stage) => stage switch
    {
        DeadLetterStage.Decode => "decode",
        DeadLetterStage.Filter => "filter",
        _ => "output",
    };
}
