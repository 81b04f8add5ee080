using System.Diagnostics.CodeAnalysis;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A lock that may be held across awaits; those who wait get it in order. Taken with <c>using</c>, so that it is given
/// back on every path.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "A semaphore whose wait handle is never asked for holds nothing.")]
internal sealed class AsyncLock
{
    private readonly SemaphoreSlim _place = new(1, 1);

    /// <summary>Waits for the turn; disposing it gives it back.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        await _place.WaitAsync(cancellationToken);
        return new Turn(_place);
    }

    /// <summary>Being the holder. Disposed once.</summary>
    internal readonly struct Turn(SemaphoreSlim place) : IDisposable
    {
        public void Dispose() => place.Release();
    }
}
