namespace LogFlow.Kafka.Protocol;

/// <summary>
/// A batch whose records can be read. Where the batch was compressed, it owns the pooled memory that the records lie
/// in; else they lie in the batch's own bytes. Key, value and headers of its records are valid until it is disposed.
/// </summary>
public sealed class DecodedRecordBatch : IDisposable
{
    private readonly PooledBuffer? _decompressed;

    private DecodedRecordBatch(RecordBatchHeader header, ReadOnlyMemory<byte> records, PooledBuffer? decompressed)
    {
        Header = header;
        RecordBytes = records;
        _decompressed = decompressed;
    }

    /// <summary>The batch's header.</summary>
    public RecordBatchHeader Header { get; }

    /// <summary>The records, uncompressed, one after the other.</summary>
    public ReadOnlyMemory<byte> RecordBytes { get; }

    /// <summary>Reads the records in order. Also what foreach calls.</summary>
    public RecordReader GetEnumerator() => new(Header, RecordBytes);

    /// <inheritdoc/>
    public void Dispose() => _decompressed?.Dispose();

    internal static DecodedRecordBatch Create(RecordBatchHeader header, ReadOnlyMemory<byte> records, int lengthMax)
    {
        if (header.Compression == CompressionType.None)
        {
            return new DecodedRecordBatch(header, records, null);
        }

        var decompressed = Compression.Decompress(header.Compression, records, lengthMax);
        return new DecodedRecordBatch(header, decompressed.Memory, decompressed);
    }
}
