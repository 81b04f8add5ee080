using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>One encoded batch on its way to the log. All members are guarded by the sender's lock.</summary>
internal sealed class OutgoingBatch
{
    private readonly TaskCompletionSource<SendResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutgoingBatch(TopicPartition partition, ReadOnlyMemory<byte> bytes)
    {
        Partition = partition;
        Bytes = bytes;
        Header = RecordBatchHeader.Read(bytes.Span);
    }

    public TopicPartition Partition { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public RecordBatchHeader Header { get; }

    public ProducerIdentity Producer => new(Header.ProducerId, Header.ProducerEpoch);

    /// <summary>Its place among all batches of the partition.</summary>
    public long Ordinal { get; set; }

    public OutgoingBatchState State { get; set; }

    /// <summary>Times that the broker called the bytes corrupt.</summary>
    public int CorruptCount { get; set; }

    /// <summary>The caller has given up: not sent (again), but waited for while a request holds the memory.</summary>
    public bool IsCancelled { get; set; }

    public CancellationTokenRegistration Cancellation { get; set; }

    public Task<SendResult> Task => _completion.Task;

    public void Complete(SendResult result) => _completion.TrySetResult(result);

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}
