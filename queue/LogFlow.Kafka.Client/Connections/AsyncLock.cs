using System.Threading.Channels;

namespace LogFlow.Kafka.Client;

/// <summary>A lock that may be held across awaits; those who wait get it in order. Nothing to dispose.</summary>
internal sealed class AsyncLock
{
    // One place: whoever fills it holds the lock.
    private readonly Channel<byte> _place = Channel.CreateBounded<byte>(1);

    public ValueTask EnterAsync(CancellationToken cancellationToken) => _place.Writer.WriteAsync(0, cancellationToken);

    public void Exit() => _place.Reader.TryRead(out _);
}
