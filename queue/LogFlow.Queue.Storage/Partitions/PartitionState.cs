using System.Buffers;
using System.Buffers.Binary;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What a checkpoint keeps of a partition: everything at or before the recovery point (<see cref="SegmentBaseOffset"/>,
/// <see cref="Position"/>) was synced, and the rest describes the log as of there.
/// <code>
///  0  8  log start offset
///  8  8  base offset of the active segment
/// 16  8  recovery point: bytes of that segment that are synced
/// 24  8  offset after the recovery point
/// 32  8  largest timestamp of that segment up to there
/// 40  4  number of leader epochs, then each: epoch int32, start offset int64
///        producers: see ProducerStateManager
/// </code>
/// </summary>
internal sealed class PartitionState
{
    public long LogStartOffset { get; set; }

    public long SegmentBaseOffset { get; set; }

    public long Position { get; set; }

    public long NextOffset { get; set; }

    public long MaxTimestampMs { get; set; } = LogSegment.NoTimestamp;

    public LeaderEpochs Epochs { get; init; } = new();

    public ProducerStateManager Producers { get; init; } = new();

    public static PartitionState Read(ReadOnlySpan<byte> source)
    {
        var reader = new SpanReader(source);
        var state = new PartitionState
        {
            LogStartOffset = reader.ReadInt64(),
            SegmentBaseOffset = reader.ReadInt64(),
            Position = reader.ReadInt64(),
            NextOffset = reader.ReadInt64(),
            MaxTimestampMs = reader.ReadInt64(),
        };
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            state.Epochs.Assign(reader.ReadInt32(), reader.ReadInt64());
        }

        state.Producers.Read(source[reader.Position..]);
        return state;
    }

    public byte[] Write()
    {
        var writer = new ArrayBufferWriter<byte>(64);
        var span = writer.GetSpan(44);
        BinaryPrimitives.WriteInt64BigEndian(span, LogStartOffset);
        BinaryPrimitives.WriteInt64BigEndian(span[8..], SegmentBaseOffset);
        BinaryPrimitives.WriteInt64BigEndian(span[16..], Position);
        BinaryPrimitives.WriteInt64BigEndian(span[24..], NextOffset);
        BinaryPrimitives.WriteInt64BigEndian(span[32..], MaxTimestampMs);
        BinaryPrimitives.WriteInt32BigEndian(span[40..], Epochs.Entries.Count);
        writer.Advance(44);
        foreach (var (epoch, startOffset) in Epochs.Entries)
        {
            var entry = writer.GetSpan(12);
            BinaryPrimitives.WriteInt32BigEndian(entry, epoch);
            BinaryPrimitives.WriteInt64BigEndian(entry[4..], startOffset);
            writer.Advance(12);
        }

        Producers.Write(writer);
        return writer.WrittenSpan.ToArray();
    }
}
