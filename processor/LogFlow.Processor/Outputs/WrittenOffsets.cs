using System.Collections.Concurrent;

namespace LogFlow.Processor;

/// <summary>
/// How far an output that cannot recognise repetitions has written each partition, so that reading again for another
/// output's sake (a store that lost its tail) writes nothing twice. In memory: it does not survive a restart.
/// </summary>
internal sealed class WrittenOffsets
{
    private readonly ConcurrentDictionary<string, long> _next = new(StringComparer.Ordinal);

    public bool IsWritten(PartitionIdentity partition, long offset) =>
        _next.TryGetValue(partition.PositionKey, out var next) && offset < next;

    public void Advance(PartitionIdentity partition, long nextOffset) =>
        _next.AddOrUpdate(partition.PositionKey, nextOffset, (_, known) => Math.Max(known, nextOffset));
}
