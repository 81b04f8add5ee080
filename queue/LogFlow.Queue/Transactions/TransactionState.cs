using System.Collections.Immutable;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>Everything there is to know of a transactional id. Immutable; replaced whole, once durable.</summary>
internal sealed record TransactionState
{
    public const long NoProducerId = -1;
    public const short NoEpoch = -1;
    public const long NotStarted = -1;

    public required string TransactionalId { get; init; }

    /// <summary><see cref="NoProducerId"/> until the first InitProducerId is durable.</summary>
    public long ProducerId { get; init; } = NoProducerId;

    public short ProducerEpoch { get; init; } = NoEpoch;

    /// <summary>
    /// The epoch before the last one, where the producer itself led to the last one: its retry is recognised by it.
    /// </summary>
    public short LastProducerEpoch { get; init; } = NoEpoch;

    /// <summary>The producer id whose epochs were used up.</summary>
    public long PreviousProducerId { get; init; } = NoProducerId;

    /// <summary>
    /// The producer id that takes over when this transaction is complete, because it used up the last epoch.
    /// </summary>
    public long NextProducerId { get; init; } = NoProducerId;

    /// <summary>A transaction that is open for longer is aborted, in milliseconds.</summary>
    public int TimeoutMs { get; init; }

    public TransactionStatus Status { get; init; }

    /// <summary>When the open transaction, or else the last one, began, Unix milliseconds.</summary>
    public long StartMs { get; init; } = NotStarted;

    /// <summary>When this state came about, Unix milliseconds.</summary>
    public long UpdatedMs { get; init; }

    /// <summary>The partitions that need a marker.</summary>
    public ImmutableHashSet<TopicPartition> Partitions { get; init; } = [];

    /// <summary>The groups that need to be told whether offsets count.</summary>
    public ImmutableHashSet<string> Groups { get; init; } = [];

    /// <summary>
    /// The last epoch is kept for fencing, so the one before it is the last that a producer gets.
    /// </summary>
    public bool IsEpochExhausted => ProducerEpoch >= short.MaxValue - 1;

    /// <summary>The outcome is decided and not yet everywhere.</summary>
    public bool IsPrepared => Status is TransactionStatus.PrepareCommit or TransactionStatus.PrepareAbort;

    /// <summary>A transaction that the partition or group may have a part in.</summary>
    public bool IsUnderWay => IsPrepared || Status == TransactionStatus.Ongoing;
}
