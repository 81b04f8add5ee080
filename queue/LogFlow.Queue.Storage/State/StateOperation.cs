using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>A set of state changes on its way to the disk.</summary>
internal sealed class StateOperation(StateLog log, PooledBuffer frame) : WriteOperation
{
    private readonly TaskCompletionSource<ErrorCode> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ErrorCode> Task => _completion.Task;

    public PooledBuffer Frame => frame;

    public ErrorCode Result { get; set; }

    public override void Stage(LogWriter writer) => log.Stage(this, writer);

    public override void Complete()
    {
        frame.Dispose();
        _completion.SetResult(Result);
    }

    public override void Abandon()
    {
        frame.Dispose();
        _completion.TrySetResult(ErrorCode.KafkaStorageError);
    }
}
