using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>Which producer a transactional id has, or why it cannot be told.</summary>
internal readonly record struct ProducerIdResult(ErrorCode Error, long ProducerId, short ProducerEpoch)
{
    public static ProducerIdResult Failed(ErrorCode error) =>
        new(error, TransactionState.NoProducerId, TransactionState.NoEpoch);
}
