using System.Buffers;
using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A partition's idempotent producers, with Kafka's rules: a retry of one of the last five batches is a duplicate and
/// is answered with its original offset; a batch must follow its predecessor (after int.MaxValue comes 0); a lower
/// epoch
/// is refused; a new epoch starts at sequence 0; a producer that is not known may start anywhere. Writer thread only.
/// </summary>
internal sealed class ProducerStateManager
{
    /// <summary>So many producers per partition are remembered; beyond, those that are silent longest go.</summary>
    private const int ProducerCountMax = 100_000;

    private const int BatchSize = 24;
    private const int EntrySize = 19;

    private readonly Dictionary<long, ProducerEntry> _producers = [];

    public int Count => _producers.Count;

    public IEnumerable<ProducerEntry> Producers => _producers.Values;

    /// <summary>What of their batches belongs to transactions.</summary>
    public PartitionTransactions Transactions { get; } = new();

    /// <summary>The epoch of a producer; -1: it is not known.</summary>
    public short EpochOf(long producerId) => _producers.GetValueOrDefault(producerId)?.Epoch ?? -1;

    /// <summary>Whether a batch may be appended.</summary>
    /// <param name="header">A batch with a producer id.</param>
    /// <param name="bytes">The batch itself; looked into where it is a transaction marker.</param>
    /// <param name="duplicate">The batch that it repeats.</param>
    /// <returns>None (append it); DuplicateSequenceNumber (answer with <paramref name="duplicate"/>); or the
    /// refusal.</returns>
    public ErrorCode Check(in RecordBatchHeader header, ReadOnlyMemory<byte> bytes, out BatchMetadata duplicate)
    {
        duplicate = default;
        if (header.IsControl)
        {
            return CheckMarker(header, bytes);
        }

        if (!_producers.TryGetValue(header.ProducerId, out var producer))
        {
            return ErrorCode.None;
        }

        if (header.ProducerEpoch == producer.Epoch)
        {
            var lastSequence = header.LastSequence;
            foreach (ref readonly var batch in producer.Batches)
            {
                if (batch.BaseSequence == header.BaseSequence && batch.LastSequence == lastSequence)
                {
                    duplicate = batch;
                    return ErrorCode.DuplicateSequenceNumber;
                }
            }

            // Before its first batch the last sequence is -1: an epoch that a marker began starts at 0 as well.
            return header.BaseSequence == RecordBatchHeader.AddSequence(producer.LastSequence, 1)
                ? Transactions.Check(header)
                : ErrorCode.OutOfOrderSequenceNumber;
        }

        if (header.ProducerEpoch < producer.Epoch)
        {
            return ErrorCode.InvalidProducerEpoch;
        }

        return header.BaseSequence == 0 ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber;
    }

    private ErrorCode CheckMarker(in RecordBatchHeader header, ReadOnlyMemory<byte> bytes)
    {
        if (EpochOf(header.ProducerId) > header.ProducerEpoch)
        {
            return ErrorCode.InvalidProducerEpoch;
        }

        return TransactionMarker.TryRead(bytes, out var marker)
            && Transactions.Ongoing.CoordinatorEpochOf(header.ProducerId) > marker.CoordinatorEpoch
                ? ErrorCode.TransactionCoordinatorFenced
                : ErrorCode.None;
    }

    /// <summary>Remembers a batch that is appended.</summary>
    /// <param name="header">The batch.</param>
    /// <param name="baseOffset">Where it goes.</param>
    /// <param name="logAppendTimeMs">What it is answered with.</param>
    /// <param name="nowMs">The queue's clock.</param>
    /// <param name="bytes">The batch itself; looked into where it is a transaction marker.</param>
    public void Add(
        in RecordBatchHeader header, long baseOffset, long logAppendTimeMs, long nowMs, ReadOnlyMemory<byte> bytes)
    {
        if (!_producers.TryGetValue(header.ProducerId, out var producer))
        {
            if (_producers.Count >= ProducerCountMax)
            {
                EvictOldest();
            }

            producer = new ProducerEntry(header.ProducerId, header.ProducerEpoch);
            _producers.Add(header.ProducerId, producer);
        }

        producer.SetEpoch(header.ProducerEpoch);
        producer.LastAppendMs = nowMs;
        if (!header.IsControl)
        {
            producer.Add(new BatchMetadata(header.BaseSequence, header.LastSequence, baseOffset, logAppendTimeMs));
        }

        Transactions.Add(header, baseOffset, bytes);
    }

    /// <summary>
    /// Forgets producers that were silent since, but for those with an open transaction; returns whether there were
    /// any.
    /// </summary>
    public bool Expire(long silentSinceMs)
    {
        List<long>? expired = null;
        foreach (var producer in _producers.Values)
        {
            if (producer.LastAppendMs <= silentSinceMs && !Transactions.Ongoing.Contains(producer.ProducerId))
            {
                (expired ??= []).Add(producer.ProducerId);
            }
        }

        foreach (var producerId in expired ?? [])
        {
            _producers.Remove(producerId);
            Transactions.Ongoing.Forget(producerId);
        }

        return expired is not null;
    }

    /// <summary>
    /// Writes count int32, then per producer: id int64, epoch int16, last append int64, batch count int8, then per
    /// batch: base sequence int32, last sequence int32, base offset int64, timestamp int64. Then the transactions: see
    /// OngoingTransactions and AbortedTransactionIndex.
    /// </summary>
    public void Write(ArrayBufferWriter<byte> writer)
    {
        BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(sizeof(int)), _producers.Count);
        writer.Advance(sizeof(int));
        foreach (var producer in _producers.Values)
        {
            var entry = writer.GetSpan(EntrySize);
            BinaryPrimitives.WriteInt64BigEndian(entry, producer.ProducerId);
            BinaryPrimitives.WriteInt16BigEndian(entry[8..], producer.Epoch);
            BinaryPrimitives.WriteInt64BigEndian(entry[10..], producer.LastAppendMs);
            entry[18] = (byte)producer.BatchCount;
            writer.Advance(EntrySize);
            foreach (ref readonly var batch in producer.Batches)
            {
                var span = writer.GetSpan(BatchSize);
                BinaryPrimitives.WriteInt32BigEndian(span, batch.BaseSequence);
                BinaryPrimitives.WriteInt32BigEndian(span[4..], batch.LastSequence);
                BinaryPrimitives.WriteInt64BigEndian(span[8..], batch.BaseOffset);
                BinaryPrimitives.WriteInt64BigEndian(span[16..], batch.TimestampMs);
                writer.Advance(BatchSize);
            }
        }

        Transactions.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; returns the bytes read.</summary>
    /// <exception cref="InvalidDataException">Not that.</exception>
    public int Read(ReadOnlySpan<byte> source)
    {
        var reader = new SpanReader(source);
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var producer = new ProducerEntry(reader.ReadInt64(), reader.ReadInt16())
            {
                LastAppendMs = reader.ReadInt64(),
            };
            var batchCount = reader.ReadByte();
            if (batchCount > ProducerEntry.BatchCountMax)
            {
                throw new InvalidDataException("producer state has too many batches");
            }

            for (; batchCount > 0; batchCount--)
            {
                producer.Add(new BatchMetadata(
                    reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64()));
            }

            _producers[producer.ProducerId] = producer;
        }

        // A checkpoint of before there were transactions ends here.
        if (reader.Remaining > 0)
        {
            Transactions.Read(ref reader);
        }

        return reader.Position;
    }

    /// <summary>
    /// A tenth of them, and no more: after a recovery all have the same time, and then the order of the log decides.
    /// </summary>
    private void EvictOldest()
    {
        var oldest = _producers.Values
            .Where(producer => !Transactions.Ongoing.Contains(producer.ProducerId))
            .OrderBy(producer => producer.LastAppendMs)
            .ThenBy(producer => producer.BatchCount == 0 ? -1 : producer.Batches[^1].BaseOffset)
            .Take(Math.Max(1, _producers.Count / 10))
            .ToList();
        foreach (var producer in oldest)
        {
            _producers.Remove(producer.ProducerId);
            Transactions.Ongoing.Forget(producer.ProducerId);
        }
    }
}
