namespace LogFlow.Store.Tests;

/// <summary>
/// The real time; but the flow that called <see cref="PauseHere"/> stops at one of its next looks at the clock, which
/// the engine takes once for each document, until it is let go.
/// </summary>
internal sealed class PausingTime : TimeProvider, IDisposable
{
    private readonly AsyncLocal<int[]?> _left = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _go = new();

    /// <summary>Completes when the flow has stopped.</summary>
    public Task Reached => _reached.Task;

    /// <summary>The calling flow stops before its document number <paramref name="documents"/>, from 0.</summary>
    public void PauseHere(int documents) => _left.Value = [documents];

    public void Continue() => _go.Set();

    public void Dispose() => _go.Dispose();

    public override DateTimeOffset GetUtcNow()
    {
        if (_left.Value is { } left && left[0]-- == 0)
        {
            _reached.SetResult();
            _go.Wait();
        }

        return base.GetUtcNow();
    }
}
