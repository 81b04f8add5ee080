using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>Where the event that is being encoded came from.</summary>
/// <param name="Partition">Its partition's identity.</param>
/// <param name="Offset">Its record's offset.</param>
/// <param name="IdOffset">The same, but for a replayed record: that of the one it repeats.</param>
/// <param name="Part">0 for the record's first event; the others count up.</param>
/// <param name="Now">The time of processing, one per batch.</param>
internal readonly record struct EventContext(
    PartitionIdentity Partition, long Offset, long IdOffset, int Part, EventTimestamp Now)
{
    /// <summary>Whether the event repeats a record that stood earlier in its partition.</summary>
    public bool IsReplay => IdOffset != Offset;

    /// <summary>Writes the document's id, at most <see cref="PartitionIdentity.DocumentIdBytesMax"/> bytes.</summary>
    public int WriteDocumentId(Span<byte> destination) => Partition.WriteDocumentId(destination, IdOffset, Part);
}
