using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>A batch on its way to the disk. Pooled: awaiting its task gives it back.</summary>
internal sealed class AppendOperation : WriteOperation, IValueTaskSource<AppendResult>
{
    private const int PooledCountMax = 1024;

    private static readonly ConcurrentQueue<AppendOperation> Pool = new();

    // Continuations must not run on the writer thread, which would wait for whatever they do.
    private ManualResetValueTaskSourceCore<AppendResult> _source = new() { RunContinuationsAsynchronously = true };
    private PartitionWriter? _writer;
    private IDisposable? _memory;

    public Memory<byte> Batch { get; private set; }

    public RecordBatchHeader Header { get; private set; }

    public AppendResult Result { get; set; }

    /// <param name="writer">Where it goes.</param>
    /// <param name="batch">The bytes.</param>
    /// <param name="header">Their header.</param>
    /// <param name="memory">A share of the memory they lie in, which is given back with the answer.</param>
    public static AppendOperation Rent(
        PartitionWriter writer, Memory<byte> batch, in RecordBatchHeader header, IDisposable? memory = null)
    {
        if (!Pool.TryDequeue(out var operation))
        {
            operation = new AppendOperation();
        }

        operation._writer = writer;
        operation.Batch = batch;
        operation._memory = memory;
        operation.Header = header;
        return operation;
    }

    public ValueTask<AppendResult> AsValueTask() => new(this, _source.Version);

    public override void Stage(LogWriter writer) => _writer!.Stage(this, writer);

    public override void Complete() => Answer(Result);

    public override void Abandon() =>
        Answer(AppendResult.Failed(ErrorCode.KafkaStorageError, _writer!.LogStartOffset));

    private void Answer(AppendResult result)
    {
        // Before the answer: who awaits it may count what is lent.
        Batch = default;
        _memory?.Dispose();
        _memory = null;
        _source.SetResult(result);
    }

    AppendResult IValueTaskSource<AppendResult>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _writer = null;
            if (Pool.Count < PooledCountMax)
            {
                Pool.Enqueue(this);
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<AppendResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<AppendResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
