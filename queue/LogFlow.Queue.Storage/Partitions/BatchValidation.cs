using System.Runtime.InteropServices;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Records;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What becomes of a batch before it is queued for the log: checked as Kafka's LogValidator does, and compressed anew
/// where the topic asks for another codec. Records are only looked at where a setting needs it: a compacted topic wants
/// keys, <c>compression.type</c> may differ, and a timestamp may be out of range.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct BatchValidation
{
    // What one batch may decompress to while it is checked; larger ones are not logs.
    private const int DecompressedBytesMax = 64 << 20;

    private BatchValidation(ErrorCode error, string? message = null, IReadOnlyList<RecordProblem>? problems = null)
    {
        Error = error;
        Message = message;
        Problems = problems;
    }

    private BatchValidation(in RecordBatchHeader header, PooledBuffer? recompressed)
    {
        Header = header;
        Recompressed = recompressed;
    }

    public ErrorCode Error { get; }

    public string? Message { get; }

    public IReadOnlyList<RecordProblem>? Problems { get; }

    /// <summary>The header of the batch as it is to be stored.</summary>
    public RecordBatchHeader Header { get; }

    /// <summary>The batch as it is to be stored, where it is not the one that was sent.</summary>
    public PooledBuffer? Recompressed { get; }

    public static BatchValidation Check(ReadOnlyMemory<byte> batch, TopicConfig config, string partition, long nowMs)
    {
        var error = RecordBatch.Validate(batch.Span, out var header) switch
        {
            RecordBatchError.None => ErrorCode.None,
            RecordBatchError.UnsupportedMagic => ErrorCode.UnsupportedForMessageFormat,
            RecordBatchError.UnknownCompression => ErrorCode.UnsupportedCompressionType,
            RecordBatchError.InvalidCount or RecordBatchError.InvalidProducer => ErrorCode.InvalidRecord,
            _ => ErrorCode.CorruptMessage,
        };
        if (error != ErrorCode.None)
        {
            return new BatchValidation(error);
        }

        // One batch per partition since Produce v3; markers of transactions do not come from clients.
        if (header.TotalSize != batch.Length
            || header.IsControl
            || (header.IsTransactional && !header.HasProducerId))
        {
            return new BatchValidation(ErrorCode.InvalidRecord);
        }

        if (batch.Length > config.MaxMessageBytes)
        {
            return new BatchValidation(ErrorCode.MessageTooLarge);
        }

        var checksTimestamps = !config.IsLogAppendTime
            && (config.TimestampBeforeMaxMs != long.MaxValue
                || header.MaxTimestampMs - nowMs > config.TimestampAfterMaxMs);
        var recompresses = config.Compression is { } codec && codec != header.Compression;
        return config.IsCompacted || checksTimestamps || recompresses
            ? CheckRecords(batch, header, config, partition, checksTimestamps ? nowMs : null)
            : new BatchValidation(header, null);
    }

    private static BatchValidation CheckRecords(
        ReadOnlyMemory<byte> batch, in RecordBatchHeader header, TopicConfig config, string partition, long? nowMs)
    {
        try
        {
            using var decoded = RecordBatch.Decode(batch, Math.Max(DecompressedBytesMax, batch.Length));
            if (FindProblems(decoded, config, partition, nowMs) is { } refusal)
            {
                return refusal;
            }

            return config.Compression is { } codec && codec != header.Compression
                ? Recompress(decoded, codec, config)
                : new BatchValidation(header, null);
        }
        catch (InvalidDataException error)
        {
            return new BatchValidation(ErrorCode.InvalidRecord, error.Message);
        }
        catch (NotSupportedException error)
        {
            return new BatchValidation(ErrorCode.UnsupportedCompressionType, error.Message);
        }
    }

    private static BatchValidation? FindProblems(
        DecodedRecordBatch decoded, TopicConfig config, string partition, long? nowMs)
    {
        List<RecordProblem>? problems = null;
        var hasInvalidTimestamp = false;
        var index = 0;
        foreach (var record in decoded)
        {
            if (record.Offset != decoded.Header.BaseOffset + index)
            {
                throw new InvalidDataException($"the offset of record {index} does not follow its predecessor's");
            }

            if (config.IsCompacted && record.Key is null)
            {
                (problems ??= []).Add(new RecordProblem(
                    index, $"Compacted topic cannot accept message without key in topic partition {partition}"));
            }
            else if (nowMs is { } now && !IsInRange(record.TimestampMs, now, config))
            {
                hasInvalidTimestamp = true;
                var earliest = Math.Max(0, now - Math.Min(now, config.TimestampBeforeMaxMs));
                var latest = now + Math.Min(long.MaxValue - now, config.TimestampAfterMaxMs);
                (problems ??= []).Add(new RecordProblem(
                    index,
                    $"Timestamp {record.TimestampMs} of message with offset {record.Offset} is out of range. The "
                    + $"timestamp should be within [{earliest}, {latest}]"));
            }

            index++;
        }

        if (problems is null)
        {
            return null;
        }

        return hasInvalidTimestamp
            ? new BatchValidation(
                ErrorCode.InvalidTimestamp, "One or more records have been rejected due to invalid timestamp", problems)
            : new BatchValidation(
                ErrorCode.InvalidRecord,
                $"One or more records have been rejected due to {problems.Count} record errors in total, and only "
                + $"showing the first three errors at most: {Describe(problems)}",
                problems);
    }

    /// <summary>A record without a timestamp (-1) has none that could be wrong.</summary>
    private static bool IsInRange(long timestampMs, long nowMs, TopicConfig config) =>
        timestampMs == -1
        || (nowMs - timestampMs <= config.TimestampBeforeMaxMs && timestampMs - nowMs <= config.TimestampAfterMaxMs);

    private static string Describe(List<RecordProblem> problems) =>
        "[" + string.Join(", ", problems.Take(3).Select(
            problem => $"RecordError(batchIndex={problem.BatchIndex}, message='{problem.Message}')")) + "]";

    private static BatchValidation Recompress(DecodedRecordBatch decoded, CompressionType codec, TopicConfig config)
    {
        using var rewriter = new RecordBatchRewriter();
        rewriter.Begin(decoded.Header);
        var reader = decoded.GetEnumerator();
        while (reader.MoveNext())
        {
            rewriter.Append(reader, decoded.Header.BaseTimestampMs);
        }

        var recompressed = rewriter.Build(codec, config.LevelOf(codec));
        if (recompressed.Length > config.MaxMessageBytes)
        {
            recompressed.Dispose();
            return new BatchValidation(ErrorCode.MessageTooLarge);
        }

        return new BatchValidation(RecordBatchHeader.Read(recompressed.Span), recompressed);
    }
}
