namespace LogFlow.Kafka.Client.Tests;

/// <summary>
/// Counts each operation of the connection seam (open, send, receive) over all connections, and throws in one of them
/// what no network throws: a defect, no memory.
/// </summary>
internal sealed class FaultyOpener(IConnectionOpener inner, Func<int, string, bool> throwsAt) : IConnectionOpener
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public async Task<IKafkaTransport> OpenAsync(BrokerEndpoint endpoint, CancellationToken cancellationToken)
    {
        Step("open");
        return new Transport(this, await inner.OpenAsync(endpoint, cancellationToken));
    }

    private void Step(string operation)
    {
        if (throwsAt(Interlocked.Increment(ref _count), operation))
        {
            throw new InsufficientMemoryException($"injected into {operation}");
        }
    }

    private sealed class Transport(FaultyOpener opener, IKafkaTransport inner) : IKafkaTransport
    {
        public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var received = await inner.ReceiveAsync(buffer, cancellationToken);
            opener.Step("receive");
            return received;
        }

        public async ValueTask SendAsync(
            IReadOnlyList<ReadOnlyMemory<byte>> segments, CancellationToken cancellationToken)
        {
            opener.Step("send");
            await inner.SendAsync(segments, cancellationToken);
        }

        public void Dispose() => inner.Dispose();
    }
}
