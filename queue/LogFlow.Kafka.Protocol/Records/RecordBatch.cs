using System.Buffers.Binary;
using LogFlow.Platform;

namespace LogFlow.Kafka.Protocol;

/// <summary>Operations on the bytes of record batches (layout: <see cref="RecordBatchHeader"/>).</summary>
public static class RecordBatch
{
    /// <summary>
    /// The header of the batch that <paramref name="data"/> starts with. The batch is complete and its length and
    /// magic are possible where <see cref="RecordBatchError.None"/> is returned; CRC and counts are not looked at.
    /// </summary>
    public static RecordBatchError TryReadHeader(ReadOnlySpan<byte> data, out RecordBatchHeader header)
    {
        header = default;
        if (data.Length < RecordBatchHeader.Size)
        {
            return RecordBatchError.Truncated;
        }

        header = RecordBatchHeader.Read(data);
        if (header.BatchLength < RecordBatchHeader.Size - RecordBatchHeader.LengthOverhead)
        {
            return RecordBatchError.InvalidLength;
        }

        if (header.Magic != RecordBatchHeader.CurrentMagic)
        {
            return RecordBatchError.UnsupportedMagic;
        }

        return header.BatchLength > data.Length - RecordBatchHeader.LengthOverhead
            ? RecordBatchError.Truncated
            : RecordBatchError.None;
    }

    /// <summary>
    /// Checks what a queue checks before it stores a batch: complete, format 2, CRC, counts, codec, producer fields.
    /// The records themselves are not looked at: <see cref="RecordWalker"/> does that.
    /// </summary>
    public static RecordBatchError Validate(ReadOnlySpan<byte> data, out RecordBatchHeader header)
    {
        var error = TryReadHeader(data, out header);
        if (error != RecordBatchError.None)
        {
            return error;
        }

        if (!HasValidCrc(data[..header.TotalSize]))
        {
            return RecordBatchError.CrcMismatch;
        }

        if (header.Count <= 0 || header.LastOffsetDelta != header.Count - 1)
        {
            return RecordBatchError.InvalidCount;
        }

        if (header.Compression > CompressionType.Zstd)
        {
            return RecordBatchError.UnknownCompression;
        }

        return header.HasProducerId && (header.ProducerEpoch < 0 || (header.BaseSequence < 0 && !header.IsControl))
            ? RecordBatchError.InvalidProducer
            : RecordBatchError.None;
    }

    /// <summary>Whether the checksum of one whole batch matches.</summary>
    public static bool HasValidCrc(ReadOnlySpan<byte> batch) =>
        BinaryPrimitives.ReadUInt32BigEndian(batch[RecordBatchHeader.CrcAt..]) == ComputeCrc(batch);

    /// <summary>The checksum that one whole batch should have.</summary>
    public static uint ComputeCrc(ReadOnlySpan<byte> batch) => Crc32C.Compute(batch[RecordBatchHeader.AttributesAt..]);

    /// <summary>Sets the base offset in place. It lies outside the CRC.</summary>
    public static void SetBaseOffset(Span<byte> batch, long baseOffset) =>
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);

    /// <summary>Sets the leader epoch in place. It lies outside the CRC.</summary>
    public static void SetLeaderEpoch(Span<byte> batch, int leaderEpoch) =>
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.LeaderEpochAt..], leaderEpoch);

    /// <summary>
    /// Makes the batch's timestamps the queue's (<c>message.timestamp.type=LogAppendTime</c>): flag, max timestamp and,
    /// because both lie inside it, the CRC.
    /// </summary>
    /// <param name="batch">One whole batch.</param>
    /// <param name="timestampMs">The time of the append.</param>
    public static void SetLogAppendTime(Span<byte> batch, long timestampMs)
    {
        var attributes = BinaryPrimitives.ReadInt16BigEndian(batch[RecordBatchHeader.AttributesAt..]);
        BinaryPrimitives.WriteInt16BigEndian(
            batch[RecordBatchHeader.AttributesAt..], (short)(attributes | RecordBatchHeader.LogAppendTimeFlag));
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.MaxTimestampAt..], timestampMs);
        BinaryPrimitives.WriteUInt32BigEndian(batch[RecordBatchHeader.CrcAt..], ComputeCrc(batch));
    }

    /// <summary>
    /// Gives an unsent batch another producer and sequence, and the CRC that goes with them (a client that took a new
    /// epoch re-sequences what it had built).
    /// </summary>
    public static void SetProducer(Span<byte> batch, long producerId, short producerEpoch, int baseSequence)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.ProducerIdAt..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.ProducerEpochAt..], producerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.BaseSequenceAt..], baseSequence);
        BinaryPrimitives.WriteUInt32BigEndian(batch[RecordBatchHeader.CrcAt..], ComputeCrc(batch));
    }

    /// <summary>
    /// Walks the batches in <paramref name="data"/>. Stops without error before a batch that is cut short at the end,
    /// as fetch responses have them.
    /// </summary>
    public static RecordBatchEnumerator Walk(ReadOnlySpan<byte> data) => new(data);

    /// <summary>
    /// Whether what a <see cref="RecordWalker"/> met is a length that never ends: Kafka answers it otherwise than other
    /// damage of the framing.
    /// </summary>
    public static bool IsVarintTooLong(InvalidDataException damage) => RecordVarint.IsTooLong(damage);

    /// <summary>Checks the CRC of one whole batch and gives access to its records, decompressed.</summary>
    /// <param name="batch">One whole batch. Must stay valid until the result is disposed.</param>
    /// <param name="lengthMax">The most bytes that the records may decompress to.</param>
    /// <exception cref="InvalidDataException">The batch is damaged or larger than allowed.</exception>
    public static DecodedRecordBatch Decode(ReadOnlyMemory<byte> batch, int lengthMax)
    {
        var error = Validate(batch.Span, out var header);
        if (error is RecordBatchError.None or RecordBatchError.InvalidCount && header.Count >= 0)
        {
            // A compacted batch has fewer records than offsets; only producers must not send such.
            return DecodedRecordBatch.Create(header, batch[RecordBatchHeader.Size..header.TotalSize], lengthMax);
        }

        throw new InvalidDataException($"record batch at offset {header.BaseOffset} is damaged: {error}");
    }
}
