using System.Buffers.Binary;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// The header of a record batch, magic 2, all integers big-endian
/// (https://kafka.apache.org/documentation/#recordbatch):
/// <code>
///  0  8  base offset            set by the queue, outside the CRC
///  8  4  batch length           bytes after this field, outside the CRC
/// 12  4  partition leader epoch set by the queue, outside the CRC
/// 16  1  magic                  2, outside the CRC
/// 17  4  CRC-32C                of everything from the attributes to the end
/// 21  2  attributes             0-2 codec, 3 log append time, 4 transactional, 5 control, 6 delete horizon
/// 23  4  last offset delta
/// 27  8  base timestamp         ms since the Unix epoch
/// 35  8  max timestamp
/// 43  8  producer id            -1: none
/// 51  2  producer epoch         -1: none
/// 53  4  base sequence          -1: none
/// 57  4  record count
/// 61     records
/// </code>
/// </summary>
public readonly record struct RecordBatchHeader
{
    /// <summary>Bytes before the records.</summary>
    public const int Size = 61;

    /// <summary>Bytes of base offset and batch length, which the batch length does not count.</summary>
    public const int LengthOverhead = 12;

    /// <summary>The only batch format that is written and read.</summary>
    public const sbyte CurrentMagic = 2;

    internal const int BatchLengthAt = 8;
    internal const int LeaderEpochAt = 12;
    /// <summary>Where <see cref="Magic"/> stands, for searching batches in bytes.</summary>
    public const int MagicAt = 16;
    internal const int CrcAt = 17;
    internal const int AttributesAt = 21;
    internal const int LastOffsetDeltaAt = 23;
    internal const int BaseTimestampAt = 27;
    internal const int MaxTimestampAt = 35;
    internal const int ProducerIdAt = 43;
    internal const int ProducerEpochAt = 51;
    internal const int BaseSequenceAt = 53;
    internal const int CountAt = 57;
    internal const short CompressionMask = 0x07;
    internal const short LogAppendTimeFlag = 0x08;
    internal const short TransactionalFlag = 0x10;
    internal const short ControlFlag = 0x20;
    internal const short DeleteHorizonFlag = 0x40;

    /// <summary>Offset of the first record.</summary>
    public long BaseOffset { get; init; }

    /// <summary>Bytes after the length field.</summary>
    public int BatchLength { get; init; }

    /// <summary>Epoch of the leader that appended the batch; -1 before that.</summary>
    public int LeaderEpoch { get; init; }

    /// <summary>Format version.</summary>
    public sbyte Magic { get; init; }

    /// <summary>CRC-32C from the attributes to the end.</summary>
    public uint Crc { get; init; }

    /// <summary>Codec and flags.</summary>
    public short Attributes { get; init; }

    /// <summary>Offset of the last record relative to the first.</summary>
    public int LastOffsetDelta { get; init; }

    /// <summary>What the records' timestamps are relative to, in ms.</summary>
    public long BaseTimestampMs { get; init; }

    /// <summary>The largest timestamp, in ms.</summary>
    public long MaxTimestampMs { get; init; }

    /// <summary>Idempotent or transactional producer; -1: neither.</summary>
    public long ProducerId { get; init; }

    /// <summary>The producer's epoch; -1: none.</summary>
    public short ProducerEpoch { get; init; }

    /// <summary>Sequence of the first record; -1: none.</summary>
    public int BaseSequence { get; init; }

    /// <summary>Number of records.</summary>
    public int Count { get; init; }

    /// <summary>Bytes of the whole batch, header included.</summary>
    public int TotalSize => BatchLength + LengthOverhead;

    /// <summary>Offset of the last record.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>Offset of the record after this batch.</summary>
    public long NextOffset => BaseOffset + LastOffsetDelta + 1L;

    /// <summary>Sequence of the last record; sequences wrap from int.MaxValue to 0.</summary>
    public int LastSequence => AddSequence(BaseSequence, LastOffsetDelta);

    /// <summary>The records' codec; may be a value that no codec has.</summary>
    public CompressionType Compression => (CompressionType)(Attributes & CompressionMask);

    /// <summary>Timestamps are the queue's; all records have <see cref="MaxTimestampMs"/>.</summary>
    public bool IsLogAppendTime => (Attributes & LogAppendTimeFlag) != 0;

    /// <summary>Part of a transaction.</summary>
    public bool IsTransactional => (Attributes & TransactionalFlag) != 0;

    /// <summary>A transaction marker, not data.</summary>
    public bool IsControl => (Attributes & ControlFlag) != 0;

    /// <summary>
    /// Compaction has seen the batch's tombstones or markers: they may go at <see cref="BaseTimestampMs"/>, which
    /// is then the time of their removal and still what the records' timestamps are relative to (KIP-534).
    /// </summary>
    public bool HasDeleteHorizon => (Attributes & DeleteHorizonFlag) != 0;

    /// <summary>Written by an idempotent or transactional producer.</summary>
    public bool HasProducerId => ProducerId >= 0;

    /// <summary>Reads the fields; checks nothing but that the bytes are there.</summary>
    /// <param name="data">Starts with the batch; at least <see cref="Size"/> bytes.</param>
    public static RecordBatchHeader Read(ReadOnlySpan<byte> data)
    {
        var header = data[..Size];
        return new RecordBatchHeader
        {
            BaseOffset = BinaryPrimitives.ReadInt64BigEndian(header),
            BatchLength = BinaryPrimitives.ReadInt32BigEndian(header[BatchLengthAt..]),
            LeaderEpoch = BinaryPrimitives.ReadInt32BigEndian(header[LeaderEpochAt..]),
            Magic = (sbyte)header[MagicAt],
            Crc = BinaryPrimitives.ReadUInt32BigEndian(header[CrcAt..]),
            Attributes = BinaryPrimitives.ReadInt16BigEndian(header[AttributesAt..]),
            LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(header[LastOffsetDeltaAt..]),
            BaseTimestampMs = BinaryPrimitives.ReadInt64BigEndian(header[BaseTimestampAt..]),
            MaxTimestampMs = BinaryPrimitives.ReadInt64BigEndian(header[MaxTimestampAt..]),
            ProducerId = BinaryPrimitives.ReadInt64BigEndian(header[ProducerIdAt..]),
            ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(header[ProducerEpochAt..]),
            BaseSequence = BinaryPrimitives.ReadInt32BigEndian(header[BaseSequenceAt..]),
            Count = BinaryPrimitives.ReadInt32BigEndian(header[CountAt..]),
        };
    }

    /// <summary>Writes all fields as they are, <see cref="Crc"/> included.</summary>
    public void Write(Span<byte> destination)
    {
        var header = destination[..Size];
        BinaryPrimitives.WriteInt64BigEndian(header, BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(header[BatchLengthAt..], BatchLength);
        BinaryPrimitives.WriteInt32BigEndian(header[LeaderEpochAt..], LeaderEpoch);
        header[MagicAt] = (byte)Magic;
        BinaryPrimitives.WriteUInt32BigEndian(header[CrcAt..], Crc);
        BinaryPrimitives.WriteInt16BigEndian(header[AttributesAt..], Attributes);
        BinaryPrimitives.WriteInt32BigEndian(header[LastOffsetDeltaAt..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(header[BaseTimestampAt..], BaseTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(header[MaxTimestampAt..], MaxTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(header[ProducerIdAt..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(header[ProducerEpochAt..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(header[BaseSequenceAt..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(header[CountAt..], Count);
    }

    /// <summary>A sequence <paramref name="count"/> records later: after int.MaxValue comes 0.</summary>
    public static int AddSequence(int sequence, int count) => (int)((sequence + (long)count) & int.MaxValue);
}
