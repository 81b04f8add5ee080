using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>Records of one partition from the first append to their common fate.</summary>
internal sealed class ProducerBatch(RecordBatchBuilder builder, long createdAt)
{
    private readonly TaskCompletionSource<SendResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Being filled; null once it is encoded.</summary>
    public RecordBatchBuilder? Builder { get; set; } = builder;

    /// <summary>Timestamp of the first append; linger and delivery timeout count from it.</summary>
    public long CreatedAt => createdAt;

    /// <summary>Bytes of the producer's budget that its records hold.</summary>
    public long ReservedBytes { get; set; }

    public int Count { get; set; }

    /// <summary>The encoded batch, kept for sending it again under another epoch.</summary>
    public PooledBuffer? Encoded { get; set; }

    /// <summary>The send that is under way.</summary>
    public Task<SendResult>? Sending { get; set; }

    public CancellationTokenSource? Expiry { get; set; }

    /// <summary>The offset of the first record, or the error of all.</summary>
    public Task<SendResult> Task => _completion.Task;

    /// <summary>Waits until its memory is not in use any more, whatever became of it.</summary>
    public async Task EndOfSendingAsync()
    {
        if (Sending is Task sending)
        {
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Complete(SendResult result)
    {
        GiveBack();
        _completion.TrySetResult(result);
    }

    /// <summary>The producer has failed; whether the records are in the log is not known.</summary>
    public void Fail(Exception exception)
    {
        GiveBack();
        _completion.TrySetException(exception);
    }

    private void GiveBack()
    {
        Encoded?.Dispose();
        Encoded = null;
        Builder?.Dispose();
        Builder = null;
        Expiry?.Dispose();
        Expiry = null;
    }
}
