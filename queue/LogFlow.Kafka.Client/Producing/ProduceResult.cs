using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>What became of one record.</summary>
/// <param name="Error">None: it is in the log. REQUEST_TIMED_OUT: not acknowledged within the delivery timeout.</param>
/// <param name="TopicPartition">Where it went; partition −1 where none was chosen.</param>
/// <param name="Offset">−1 where the broker no longer knows it, or on error.</param>
/// <param name="Message">The broker's or the client's words, if any.</param>
public readonly record struct ProduceResult(
    ErrorCode Error, TopicPartition TopicPartition, long Offset, string? Message = null)
{
    public bool IsSuccess => Error == ErrorCode.None;
}
