namespace LogFlow.Queue.Storage;

/// <summary>Runs something on the writer thread, between group commits.</summary>
internal sealed class CommandOperation<T>(Func<T> command) : WriteOperation
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _completion.Task;

    public override void Stage(LogWriter writer)
    {
    }

    public override void Complete()
    {
        try
        {
            _completion.SetResult(command());
        }
        catch (Exception error)
        {
            _completion.SetException(error);
        }
    }

    public override void Abandon() => _completion.TrySetException(new ObjectDisposedException(nameof(LogManager)));
}
