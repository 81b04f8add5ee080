using System.Buffers;
using System.Buffers.Binary;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What a partition knows of transactions beside its producers' epochs and sequences: which are open, since which
/// offset, and who was the last coordinator to end one. Writer thread only.
/// </summary>
internal sealed class OngoingTransactions
{
    private readonly Dictionary<long, long> _firstOffsets = [];
    private readonly SortedSet<long> _byOffset = [];
    private readonly Dictionary<long, int> _coordinatorEpochs = [];

    public int Count => _firstOffsets.Count;

    /// <summary>Producer ids and the offsets at which their open transactions begin.</summary>
    public IReadOnlyDictionary<long, long> FirstOffsets => _firstOffsets;

    /// <summary>The offset below which no transaction is open.</summary>
    /// <param name="logEndOffset">The answer where none is open at all.</param>
    public long GetLastStableOffset(long logEndOffset) => _byOffset.Count == 0 ? logEndOffset : _byOffset.Min;

    public bool Contains(long producerId) => _firstOffsets.ContainsKey(producerId);

    /// <summary>Offset of the first record of the producer's open transaction; -1: it has none.</summary>
    public long FirstOffsetOf(long producerId) => _firstOffsets.GetValueOrDefault(producerId, -1);

    /// <summary>The coordinator epoch of the producer's last marker; -1: there was none.</summary>
    public int CoordinatorEpochOf(long producerId) => _coordinatorEpochs.GetValueOrDefault(producerId, -1);

    /// <summary>A transactional batch was appended: it begins a transaction unless one is open.</summary>
    public void Begin(long producerId, long baseOffset)
    {
        if (_firstOffsets.TryAdd(producerId, baseOffset))
        {
            _byOffset.Add(baseOffset);
        }
    }

    /// <summary>A marker was appended.</summary>
    /// <returns>What was aborted by it; null: nothing was open, or it commits.</returns>
    public AbortedTransaction? End(long producerId, in TransactionEnd end)
    {
        _coordinatorEpochs[producerId] = end.CoordinatorEpoch;
        if (!_firstOffsets.Remove(producerId, out var firstOffset))
        {
            return null;
        }

        _byOffset.Remove(firstOffset);
        return end.IsCommit
            ? null
            : new AbortedTransaction(
                producerId, firstOffset, end.MarkerOffset, GetLastStableOffset(end.MarkerOffset + 1));
    }

    /// <summary>The producer itself is forgotten. Its transaction, if one is open, is not.</summary>
    public void Forget(long producerId) => _coordinatorEpochs.Remove(producerId);

    /// <summary>
    /// Writes count int32, then per open transaction: producer id int64, first offset int64; count int32, then per
    /// producer that has ended one: producer id int64, coordinator epoch int32.
    /// </summary>
    public void Write(ArrayBufferWriter<byte> writer)
    {
        WriteInt32(writer, _firstOffsets.Count);
        foreach (var (producerId, firstOffset) in _firstOffsets)
        {
            WriteInt64(writer, producerId);
            WriteInt64(writer, firstOffset);
        }

        WriteInt32(writer, _coordinatorEpochs.Count);
        foreach (var (producerId, coordinatorEpoch) in _coordinatorEpochs)
        {
            WriteInt64(writer, producerId);
            WriteInt32(writer, coordinatorEpoch);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Not that.</exception>
    public void Read(ref SpanReader reader)
    {
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            Begin(reader.ReadInt64(), reader.ReadInt64());
        }

        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            _coordinatorEpochs[reader.ReadInt64()] = reader.ReadInt32();
        }
    }

    private static void WriteInt32(ArrayBufferWriter<byte> writer, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(sizeof(int)), value);
        writer.Advance(sizeof(int));
    }

    private static void WriteInt64(ArrayBufferWriter<byte> writer, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(writer.GetSpan(sizeof(long)), value);
        writer.Advance(sizeof(long));
    }
}
