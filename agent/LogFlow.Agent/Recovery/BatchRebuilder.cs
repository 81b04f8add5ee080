using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Builds again, from the files, a batch that a former run announced and that was not acknowledged. The result has the
/// same lines in the same order and number, so that the queue recognises it by its sequence; only the times of reading
/// differ, and of two copies the queue keeps the first.
/// </summary>
internal sealed class BatchRebuilder(MemoryBudget budget, PublisherOptions options, TimeProvider time)
{
    private readonly HarvestWorker _worker = new(256 * 1024);

    /// <summary>Builds the batch, or says why it cannot be built.</summary>
    public (OpenBatch? Batch, string Reason) Rebuild(Intent intent, Func<long, RecoverySource?> find)
    {
        _worker.SetTime(time.GetUtcNow());
        var batch = new OpenBatch(budget, options.BatchBytesMax) { IsResend = true, Intent = intent };
        try
        {
            foreach (var range in intent.Ranges)
            {
                if (find(range.Generation) is not { } source)
                {
                    batch.Dispose();
                    return (null, "a file is gone, or is not the one that was read");
                }

                if (!TryAppend(batch, range, source))
                {
                    batch.Dispose();
                    return (null, $"{source.Path} has changed, or is read with other settings");
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            batch.Dispose();
            return (null, error.Message);
        }

        if (batch.RecordCount == intent.RecordCount && batch.Size <= options.BatchBytesMax + 1024)
        {
            return (batch, "");
        }

        var count = batch.RecordCount;
        batch.Dispose();
        return (null, $"it would have {count} records instead of {intent.RecordCount}, or be too large: "
            + "filters or limits were changed");
    }

    private bool TryAppend(OpenBatch batch, in FileRange range, RecoverySource source)
    {
        using var opened = source.File is null ? DiskLogFile.Open(source.Path) : null;
        var file = source.File ?? opened!;
        if (!ContentMark.TryReadTail(file, range.Start, out var tailCrc))
        {
            return false;
        }

        var position = range.Start;
        var searchedTo = position;
        var crc = 0u;
        while (position < range.End)
        {
            var status = _worker.Reader.Read(
                file, source.Framer, position, tailCrc, range.End, source.Options.LineLengthMax, ref searchedTo);
            switch (status)
            {
                case ReadStatus.Searching:
                    continue;
                case ReadStatus.Lines:
                    AppendLines(batch, source, ref position, ref crc, out tailCrc);
                    break;
                case ReadStatus.LongLine:
                    position = AppendLongLine(batch, source, position, file, ref crc, out tailCrc);
                    break;
                default:
                    return false;
            }
        }

        return position == range.End && crc == range.Crc && tailCrc == range.TailCrc;
    }

    private void AppendLines(
        OpenBatch batch, RecoverySource source, ref long position, ref uint crc, out uint tailCrc)
    {
        var data = _worker.Reader.Lines;
        var block = new LineBlock(data, position, source.Framer, source.Encoding, source.Options.LineLengthMax);
        while (block.MoveNext())
        {
            crc = Crc32C.Append(crc, data.Slice(block.Start, block.ChecksumLength));
            AppendEvent(batch, source, block.Line, position + block.Start, block.IsTruncated);
        }

        tailCrc = _worker.Reader.TailCrcAt(block.End);
        position += block.End;
    }

    private long AppendLongLine(
        OpenBatch batch, RecoverySource source, long position, ILogFile file, ref uint crc, out uint tailCrc)
    {
        var kept = _worker.Reader.Lines;
        crc = Crc32C.Append(crc, kept);
        var line = LineBlock.Cut(kept, position, LineAppender.TrimmedLength(kept, source.Encoding), source.Encoding);
        AppendEvent(batch, source, line, position, isTruncated: true);
        _ = ContentMark.TryReadTail(file, _worker.Reader.LongLineEnd, out tailCrc);
        return _worker.Reader.LongLineEnd;
    }

    private void AppendEvent(
        OpenBatch batch, RecoverySource source, ReadOnlySpan<byte> line, long position, bool isTruncated)
    {
        if (line.IsEmpty || (source.Options.Filter is { } filter && !filter.Passes(line)))
        {
            return;
        }

        var encoder = source.Encoder;
        var value = encoder.Encode(
            line,
            position,
            isValid: false,
            ref isTruncated,
            _worker.Timestamp,
            options.ValueLengthMax(encoder.Key.Length),
            _worker.Scratch);
        batch.ReserveAnyway(value.Length + encoder.Key.Length + PublisherOptions.RecordOverheadMax);
        batch.Append(_worker.TimestampMs, encoder.Key, value);
    }
}
