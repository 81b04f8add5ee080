using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>Where <c>logflow consume</c> takes records from.</summary>
internal interface IRecordSource : IAsyncDisposable
{
    /// <summary>The next batch, which the caller disposes; null where all that was asked for is read.</summary>
    ValueTask<ConsumedBatch?> NextAsync(CancellationToken cancellationToken);

    /// <summary>Records from this offset on are not asked for.</summary>
    long EndOf(TopicPartition partition);

    /// <summary>All before this offset is printed.</summary>
    ValueTask OnPrintedAsync(TopicPartition partition, long nextOffset, CancellationToken cancellationToken);

    /// <summary>Nothing more will be printed.</summary>
    ValueTask FinishAsync(CancellationToken cancellationToken);
}
