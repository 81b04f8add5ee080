using System.Runtime.InteropServices;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What becomes of a batch before it is queued for the log: checked as Kafka's LogValidator does, and compressed anew
/// where the topic asks for another codec. The framing of every record is walked, decompressed piece by piece and
/// within a bound: what no reader could decode would stop its partition's readers for ever.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct BatchValidation
{
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

    /// <param name="batch">One whole batch.</param>
    /// <param name="config">What the topic asks of it.</param>
    /// <param name="partition">For messages.</param>
    /// <param name="decompressedBytesMax">What its records may decompress to.</param>
    /// <param name="nowMs">The time.</param>
    public static BatchValidation Check(
        ReadOnlyMemory<byte> batch, TopicConfig config, string partition, int decompressedBytesMax, long nowMs)
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

        return batch.Length > config.MaxMessageBytes
            ? new BatchValidation(ErrorCode.MessageTooLarge)
            : CheckRecords(batch, header, config, partition, Math.Max(decompressedBytesMax, batch.Length), nowMs);
    }

    private static BatchValidation CheckRecords(
        ReadOnlyMemory<byte> batch,
        in RecordBatchHeader header,
        TopicConfig config,
        string partition,
        int lengthMax,
        long nowMs)
    {
        var checksTimestamps = !config.IsLogAppendTime
            && (config.TimestampBeforeMaxMs != long.MaxValue
                || header.MaxTimestampMs - nowMs > config.TimestampAfterMaxMs);
        try
        {
            if (FindProblems(batch, header, config, partition, lengthMax, checksTimestamps ? nowMs : null) is { } found)
            {
                return found;
            }

            return config.Compression is { } codec && codec != header.Compression
                ? Recompress(batch, codec, config, lengthMax)
                : new BatchValidation(header, null);
        }
        catch (InvalidDataException error)
        {
            return new BatchValidation(Classify(batch, header, lengthMax, error), error.Message);
        }
    }

    /// <summary>
    /// The answers of Kafka: UNKNOWN_SERVER_ERROR for what its codecs or its varints throw on, INVALID_RECORD for other
    /// damage. Ours: MESSAGE_TOO_LARGE for what decompresses to too much, which makes clients split the batch.
    /// </summary>
    private static ErrorCode Classify(
        ReadOnlyMemory<byte> batch, in RecordBatchHeader header, int lengthMax, InvalidDataException damage)
    {
        if (header.Compression != CompressionType.None)
        {
            try
            {
                // Once more, without looking at records: is it the compression?
                using var stream = Compression.Open(
                    header.Compression, batch[RecordBatchHeader.Size..header.TotalSize], int.MaxValue);
                var piece = new byte[16 << 10];
                for (var length = 0L; stream.Read(piece) is > 0 and var read;)
                {
                    length += read;
                    if (length > lengthMax)
                    {
                        return ErrorCode.MessageTooLarge;
                    }
                }
            }
            catch (InvalidDataException)
            {
                return ErrorCode.UnknownServerError;
            }
        }

        return RecordBatch.IsVarintTooLong(damage) ? ErrorCode.UnknownServerError : ErrorCode.InvalidRecord;
    }

    private static BatchValidation? FindProblems(
        ReadOnlyMemory<byte> batch,
        in RecordBatchHeader header,
        TopicConfig config,
        string partition,
        int lengthMax,
        long? nowMs)
    {
        List<RecordProblem>? problems = null;
        var hasInvalidTimestamp = false;
        using var records = new RecordWalker(batch, lengthMax);
        while (records.MoveNext())
        {
            var record = records.Current;
            if (record.OffsetDelta != record.Index)
            {
                throw new InvalidDataException(
                    $"the offset of record {record.Index} does not follow its predecessor's");
            }

            if (config.IsCompacted && record.KeyLength < 0)
            {
                (problems ??= []).Add(new RecordProblem(
                    record.Index, $"Compacted topic cannot accept message without key in topic partition {partition}"));
            }
            else if (nowMs is { } now && !IsInRange(record.TimestampMs, now, config))
            {
                hasInvalidTimestamp = true;
                var earliest = Math.Max(0, now - Math.Min(now, config.TimestampBeforeMaxMs));
                var latest = now + Math.Min(long.MaxValue - now, config.TimestampAfterMaxMs);
                (problems ??= []).Add(new RecordProblem(
                    record.Index,
                    $"Timestamp {record.TimestampMs} of message with offset {header.BaseOffset + record.Index} "
                    + "is out of "
                    + $"range. The timestamp should be within [{earliest}, {latest}]"));
            }
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

    private static BatchValidation Recompress(
        ReadOnlyMemory<byte> batch, CompressionType codec, TopicConfig config, int lengthMax)
    {
        using var decoded = RecordBatch.Decode(batch, lengthMax);
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
