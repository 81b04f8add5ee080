using System.Buffers;
using System.IO.Pipelines;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>
/// The client's end of a connection in memory. Losing it, from either end, ends both directions at once.
/// </summary>
internal sealed class FakeTransport : IKafkaTransport
{
    private static readonly PipeOptions Unlimited = new(pauseWriterThreshold: 0);

    private readonly Pipe _toServer = new(Unlimited);
    private readonly Pipe _toClient = new(Unlimited);

    public PipeReader ServerReader => _toServer.Reader;

    public PipeWriter ServerWriter => _toClient.Writer;

    /// <summary>Times that a send was called: segments of one call travel together.</summary>
    public int SendCount { get; private set; }

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await _toClient.Reader.ReadAsync(cancellationToken);
        var taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, buffer.Length));
        taken.CopyTo(buffer.Span);
        var length = (int)taken.Length;
        _toClient.Reader.AdvanceTo(taken.End);
        return length;
    }

    public async ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments, CancellationToken cancellationToken)
    {
        SendCount++;
        foreach (var segment in segments)
        {
            _toServer.Writer.Write(segment.Span);
        }

        var flushed = await _toServer.Writer.FlushAsync(cancellationToken);
        if (flushed.IsCompleted)
        {
            throw new IOException("the fake broker has closed the connection");
        }
    }

    public void Dispose()
    {
        _toServer.Writer.Complete();
        _toClient.Writer.Complete();
    }

    /// <summary>The broker ends the connection; what it wrote before still arrives.</summary>
    public void CloseFromServer()
    {
        _toClient.Writer.Complete();
        _toServer.Reader.Complete();
    }
}
