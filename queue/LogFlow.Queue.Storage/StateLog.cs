using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A small durable map for the queue's own state (group offsets, producer id blocks): an append-only file that is
/// group-committed with everything else, held in memory whole, and compacted by atomic replacement. Thread-safe.
/// </summary>
public sealed class StateLog
{
    /// <summary>Number of keys.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>The durable value of a key.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value) => throw new NotImplementedException();

    /// <summary>A snapshot of all durable entries, for loading at start.</summary>
    public IReadOnlyList<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>> GetEntries() =>
        throw new NotImplementedException();

    /// <summary>
    /// Applies the changes, all or none, and completes when they are durable. They are copied before this returns;
    /// calls are applied in their order.
    /// </summary>
    /// <returns>None, or KafkaStorageError where the disk refused.</returns>
    public ValueTask<ErrorCode> WriteAsync(ReadOnlySpan<StateChange> changes) => throw new NotImplementedException();
}
