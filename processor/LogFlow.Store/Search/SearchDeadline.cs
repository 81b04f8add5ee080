namespace LogFlow.Store;

/// <summary>
/// The time that a request has, from before it is parsed to the end; the searches of one <c>_msearch</c> share it.
/// </summary>
internal sealed class SearchDeadline(TimeSpan limit, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _timer = new(limit, time);

    public CancellationToken Token => _timer.Token;

    public void Dispose() => _timer.Dispose();
}
