using System.Buffers;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>
/// What one fetch brought for one partition: record batches as they came, decoded one at a time. Holds a lease of
/// the response's frame until disposed. Used by one decoder at a time.
/// </summary>
internal sealed class FetchedChunk(
    TopicPartition partition,
    Guid topicId,
    ReadOnlyMemory<byte> recordSet,
    List<FetchResponse.AbortedTransaction>? aborted,
    bool readCommitted,
    int batchBytesMax,
    Lease<LeasedBytes> frame) : IDisposable
{
    private const int UsualExpansion = 16;

    private readonly AbortedTransactions? _aborted = readCommitted ? new AbortedTransactions(aborted) : null;
    private ReadOnlyMemory<byte> _rest = recordSet;

    /// <summary>
    /// What the next batch takes decompressed if it is like most, no more than one may take: text becomes a tenth.
    /// </summary>
    public int UsualNextBytes => RecordBatch.TryReadHeader(_rest.Span, out var header) != RecordBatchError.None ? 0
        : header.Compression == CompressionType.None ? header.TotalSize
        : (int)Math.Min(batchBytesMax, UsualExpansion * (long)header.TotalSize);

    /// <summary>Up to here, exclusive, the batches that were looked at reach.</summary>
    public long DecodedTo { get; private set; } = -1;

    /// <summary>Whether any whole batch was found.</summary>
    public bool HasProgressed => DecodedTo >= 0;

    /// <summary>
    /// The next batch with something to read at or behind <paramref name="position"/>; null at the end. It stands for
    /// the offsets from <paramref name="covered"/> on.
    /// </summary>
    /// <param name="position">Where to read on.</param>
    /// <param name="covered">Where the batch before ended.</param>
    /// <param name="lengthMax">What the batch may decompress to.</param>
    /// <param name="deliversUndecodable">A batch that will never decode is returned as what it is.</param>
    /// <exception cref="UndecodableBatchException">The batch is as it was sent and does not decode.</exception>
    /// <exception cref="InvalidDataException">A batch is damaged.</exception>
    public ConsumedBatch? DecodeNext(long position, long covered, int lengthMax, bool deliversUndecodable = false)
    {
        while (true)
        {
            var error = RecordBatch.TryReadHeader(_rest.Span, out var header);
            if (error == RecordBatchError.Truncated)
            {
                return null;
            }

            if (error != RecordBatchError.None)
            {
                throw new InvalidDataException($"What was fetched at offset {position} is no record batch: {error}.");
            }

            var bytes = _rest[..header.TotalSize];
            var isAborted = _aborted?.Covers(header, bytes) == true;
            var isReadable = !isAborted && !header.IsControl && header.NextOffset > position;
            var batch = isReadable ? Read(header, bytes, position, covered, lengthMax, deliversUndecodable) : null;
            _rest = _rest[header.TotalSize..];
            DecodedTo = Math.Max(DecodedTo, header.NextOffset);
            if (batch is not null)
            {
                return batch;
            }
        }
    }

    /// <summary>Stands for offsets that hold nothing to read, so that the reader can commit beyond them.</summary>
    public ConsumedBatch Gap(long from, long to) =>
        new(partition, topicId, from, to, ArrayPool<Record>.Shared.Rent(1), 0, 0, NoMemory.Instance);

    public void Dispose() => frame.Dispose();

    private ConsumedBatch Read(
        RecordBatchHeader header,
        ReadOnlyMemory<byte> bytes,
        long position,
        long covered,
        int lengthMax,
        bool deliversUndecodable)
    {
        try
        {
            return Decode(header, bytes, position, covered, lengthMax);
        }
        catch (InvalidDataException error) when (RecordBatch.HasValidCrc(bytes.Span))
        {
            return deliversUndecodable
                ? Undecodable(header, bytes, covered, error.Message)
                : throw new UndecodableBatchException(error);
        }
    }

    private ConsumedBatch Undecodable(
        RecordBatchHeader header, ReadOnlyMemory<byte> bytes, long covered, string reason) =>
        new(
            partition,
            topicId,
            covered,
            header.NextOffset,
            ArrayPool<Record>.Shared.Rent(1),
            0,
            bytes.Length,
            frame.Retain())
        {
            Undecodable = new UndecodableBatch(
                header.BaseOffset, header.LastOffset, header.Count, header.Compression, reason, bytes),
        };

    private ConsumedBatch Decode(
        RecordBatchHeader header, ReadOnlyMemory<byte> bytes, long position, long covered, int lengthMax)
    {
        var decoded = RecordBatch.Decode(bytes, lengthMax);

        // The smallest record takes 7 bytes, so a hostile count cannot ask for more than the batch could hold.
        var countMax = Math.Min(header.Count, decoded.RecordBytes.Length / RecordSizeMin);
        var records = ArrayPool<Record>.Shared.Rent(Math.Max(1, countMax));
        var count = 0;
        try
        {
            foreach (var record in decoded)
            {
                if (record.Offset >= position)
                {
                    records[count++] = record;
                }
            }
        }
        catch
        {
            ArrayPool<Record>.Shared.Return(records, clearArray: true);
            decoded.Dispose();
            throw;
        }

        IDisposable memory = header.Compression == CompressionType.None
            ? new BorrowedMemory(decoded, frame.Retain())
            : decoded;
        return new ConsumedBatch(
            partition, topicId, covered, header.NextOffset, records, count, decoded.RecordBytes.Length, memory);
    }

    private const int RecordSizeMin = 7;

    /// <summary>Uncompressed records lie in the response itself.</summary>
    private sealed class BorrowedMemory(DecodedRecordBatch decoded, Lease<LeasedBytes> frame) : IDisposable
    {
        public void Dispose()
        {
            decoded.Dispose();
            frame.Dispose();
        }
    }

    private sealed class NoMemory : IDisposable
    {
        public static NoMemory Instance { get; } = new();

        public void Dispose()
        {
        }
    }
}
