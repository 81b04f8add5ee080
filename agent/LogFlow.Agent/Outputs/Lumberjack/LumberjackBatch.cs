using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>A batch on its way over a connection: how much of it was sent there and how much is acknowledged.</summary>
internal sealed class LumberjackBatch : IDisposable
{
    private const int LineBytesMax = 64 << 20;

    private readonly Lease<EncodedBatch> _held;
    private readonly DecodedRecordBatch _decoded;
    private readonly Record[] _records;
    private readonly TaskCompletionSource<SendOutcome> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LumberjackBatch(Lease<EncodedBatch> batch)
    {
        _held = batch.Retain();
        _decoded = RecordBatch.Decode(_held.Value.Memory, LineBytesMax);
        _records = new Record[_decoded.Header.Count];
        var index = 0;
        foreach (var record in _decoded)
        {
            _records[index++] = record;
        }
    }

    /// <summary>Completes when the last event is acknowledged.</summary>
    public Task<SendOutcome> Done => _done.Task;

    /// <summary>Number of events.</summary>
    public int Count => _records.Length;

    /// <summary>Events that this connection was given; a new connection begins at <see cref="Acknowledged"/>.</summary>
    public int Sent { get; set; }

    /// <summary>Events that some connection has acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Some of its events.</summary>
    public ReadOnlySpan<Record> Events(int first, int count) => _records.AsSpan(first, count);

    /// <summary>Everything before an event is acknowledged. True where that is all of the batch.</summary>
    public bool AcknowledgeTo(int count)
    {
        Acknowledged = Math.Max(Acknowledged, count);
        return Acknowledged == Count;
    }

    /// <summary>Says that all is acknowledged. The bytes are given back: nobody looks at them any more.</summary>
    public void Complete()
    {
        Dispose();
        _done.TrySetResult(SendOutcome.Acknowledged);
    }

    /// <summary>The agent stops; what is unacknowledged is in the registry.</summary>
    public void Cancel()
    {
        Dispose();
        _done.TrySetCanceled();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoded.Dispose();
        _held.Dispose();
    }
}
