using System.Buffers.Binary;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// The one record of a control batch that ends a producer's transaction in a partition
/// (https://kafka.apache.org/documentation/#controlbatch), integers big-endian:
/// <code>
/// key   0 2 version 0       2 2 type: 0 abort, 1 commit
/// value 0 2 version 0       2 4 coordinator epoch
/// </code>
/// </summary>
/// <param name="IsCommit">The transaction's records count; else they never were.</param>
/// <param name="CoordinatorEpoch">Epoch of the transaction coordinator that decided.</param>
public readonly record struct TransactionMarker(bool IsCommit, int CoordinatorEpoch)
{
    private const int KeySize = 4;
    private const int ValueSize = 6;
    private const short AbortType = 0;
    private const short CommitType = 1;

    // More than the batch of one marker needs.
    private const int BatchBytesMax = 128;

    /// <summary>Builds the control batch: one record, transactional, no sequence.</summary>
    /// <param name="producerId">Whose transaction ends.</param>
    /// <param name="producerEpoch">At or above the epoch of the transaction's records.</param>
    /// <param name="timestampMs">When it was decided, Unix milliseconds.</param>
    public byte[] ToBatch(long producerId, short producerEpoch, long timestampMs)
    {
        Span<byte> key = stackalloc byte[KeySize];
        key.Clear();
        BinaryPrimitives.WriteInt16BigEndian(key[2..], IsCommit ? CommitType : AbortType);
        Span<byte> value = stackalloc byte[ValueSize];
        value.Clear();
        BinaryPrimitives.WriteInt32BigEndian(value[2..], CoordinatorEpoch);
        using var builder = new RecordBatchBuilder(BatchBytesMax);
        builder.Append(timestampMs, key, value);
        using var built = builder.Build(
            producerId: producerId, producerEpoch: producerEpoch, isTransactional: true);
        var batch = built.Span.ToArray();
        var header = RecordBatchHeader.Read(batch);
        header = header with { Attributes = (short)(header.Attributes | RecordBatchHeader.ControlFlag) };
        header.Write(batch);
        (header with { Crc = RecordBatch.ComputeCrc(batch) }).Write(batch);
        return batch;
    }

    /// <summary>Reads a control batch; false where it is another kind of control batch, or damaged.</summary>
    /// <param name="batch">One whole batch whose header says that it is a control batch.</param>
    /// <param name="marker">What it says.</param>
    public static bool TryRead(ReadOnlyMemory<byte> batch, out TransactionMarker marker)
    {
        marker = default;
        var header = RecordBatchHeader.Read(batch.Span);
        if (header.Compression != CompressionType.None)
        {
            return false;
        }

        try
        {
            var records = new RecordReader(header, batch[RecordBatchHeader.Size..header.TotalSize]);
            if (!records.MoveNext()
                || records.Current.Key is not { Length: KeySize } key
                || records.Current.Value is not { Length: >= ValueSize } value)
            {
                return false;
            }

            var type = BinaryPrimitives.ReadInt16BigEndian(key.Span[2..]);
            marker = new TransactionMarker(
                type == CommitType, BinaryPrimitives.ReadInt32BigEndian(value.Span[2..]));
            return type is AbortType or CommitType;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
