namespace LogFlow.Queue;

/// <summary>
/// Decides when a connection's next request may begin: overlapping ones at once while only such are under way, any
/// other when nothing is. One caller enters (the receive loop); any thread leaves.
/// </summary>
internal sealed class OverlapGate
{
    /// <summary>Guards the fields below.</summary>
    private readonly Lock _lock = new();
    private int _inside;
    private bool _isExclusive;
    private TaskCompletionSource? _emptied;

    public ValueTask EnterAsync(bool mayOverlap)
    {
        Task emptied;
        lock (_lock)
        {
            if (_inside == 0 || (mayOverlap && !_isExclusive))
            {
                _inside++;
                _isExclusive = !mayOverlap;
                return ValueTask.CompletedTask;
            }

            _emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            emptied = _emptied.Task;
        }

        return EnterWhenEmptyAsync(emptied, mayOverlap);
    }

    public void Leave()
    {
        TaskCompletionSource? emptied;
        lock (_lock)
        {
            _inside--;
            if (_inside > 0)
            {
                return;
            }

            emptied = _emptied;
            _emptied = null;
        }

        emptied?.SetResult();
    }

    private async ValueTask EnterWhenEmptyAsync(Task emptied, bool mayOverlap)
    {
        await emptied;
        lock (_lock)
        {
            _inside++;
            _isExclusive = !mayOverlap;
        }
    }
}
