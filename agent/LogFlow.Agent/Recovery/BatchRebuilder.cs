using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Builds again, from the files, what a former run announced and the queue does not have. A range that is there has the
/// same lines in the same order and number, so that the queue recognises the batch by its sequence; only the times of
/// reading differ, and of two copies the queue keeps the first. Ranges are looked for one by one: what cannot be built
/// costs nothing but itself.
/// </summary>
internal sealed class BatchRebuilder(ByteBudget budget, PublisherOptions options, TimeProvider time) : IDisposable
{
    private readonly HarvestWorker _worker = new(256 * 1024);

    /// <summary>Whether a source has a range's bytes, at their place and unchanged. Builds nothing.</summary>
    public bool Has(RecoverySource source, in FileRange range) => Walk(source, range, batch: null);

    /// <summary>Builds a batch of some ranges of an intent, each from the place where it was found.</summary>
    /// <returns>Null where a file changed since it was found.</returns>
    /// <exception cref="IOException">A file cannot be read at present.</exception>
    public OpenBatch? TryBuild(IReadOnlyList<FileRange> ranges, IRecoveryFiles files, Func<long, FileState?> find)
    {
        _worker.SetTime(time.GetUtcNow());
        var batch = new OpenBatch(budget, options.FullCapacity)
        {
            IsResend = true,
            KeysNameLines = options.KeysNameLines,
        };
        var isComplete = false;
        try
        {
            isComplete = ranges.All(range => find(range.Generation) is { } state
                && files.TryPlaces(state, source => Has(source, range) && Walk(source, range, batch)));
            return isComplete ? batch : null;
        }
        finally
        {
            if (!isComplete)
            {
                batch.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _worker.Dispose();

    /// <summary>Reads a range; with a batch, appends its events.</summary>
    private bool Walk(RecoverySource source, in FileRange range, OpenBatch? batch)
    {
        if (!ContentMark.TryReadTail(source.File, range.Start, out var tailCrc))
        {
            return false;
        }

        var position = range.Start;
        var searchedTo = position;
        var crc = 0u;
        var sink = batch is not null && source.Encoder.Structured is not null
            ? new RebuiltMessages(source, _worker, options, batch)
            : null;
        sink?.Begin(range.Start);
        while (position < range.End)
        {
            var status = _worker.Reader.Read(
                source.File, source.Framer, position, tailCrc, range.End, source.Options.LineLengthMax, ref searchedTo);
            switch (status)
            {
                case ReadStatus.Searching:
                    continue;
                case ReadStatus.Padding:
                    position = _worker.Reader.LongLineEnd;
                    sink?.Pass(position);
                    _ = ContentMark.TryReadTail(source.File, position, out tailCrc);
                    break;
                case ReadStatus.Lines:
                    WalkLines(source, sink is null ? batch : null, sink, ref position, ref crc, out tailCrc);
                    break;
                case ReadStatus.LongLine:
                    WalkLongLine(source, sink is null ? batch : null, sink, ref position, ref crc, out tailCrc);
                    break;
                default:
                    return false;
            }
        }

        sink?.End();
        _worker.Trim();
        return position == range.End && crc == range.Crc && tailCrc == range.TailCrc;
    }

    private void WalkLines(
        RecoverySource source,
        OpenBatch? batch,
        RebuiltMessages? sink,
        ref long position,
        ref uint crc,
        out uint tailCrc)
    {
        var data = _worker.Reader.Lines;
        var block = new LineBlock(data, position, source.Framer, source.Encoding, source.Options.LineLengthMax);
        while (block.MoveNext())
        {
            crc = Crc32C.Append(crc, data.Slice(block.TextStart, block.ChecksumLength));
            AppendEvent(source, batch, block.Line, position + block.TextStart, block.IsTruncated);
            sink?.Feed(in block, position);
        }

        tailCrc = _worker.Reader.TailCrcAt(block.End);
        position += block.End;
    }

    private void WalkLongLine(
        RecoverySource source,
        OpenBatch? batch,
        RebuiltMessages? sink,
        ref long position,
        ref uint crc,
        out uint tailCrc)
    {
        var kept = _worker.Reader.Lines;
        crc = Crc32C.Append(crc, kept);
        var line = LineBlock.Cut(kept, position, LineAppender.TrimmedLength(kept, source.Encoding), source.Encoding);
        AppendEvent(source, batch, line, position, isTruncated: true);
        sink?.FeedLong(line, position, _worker.Reader.LongLineEnd);
        _ = ContentMark.TryReadTail(source.File, _worker.Reader.LongLineEnd, out tailCrc);
        position = _worker.Reader.LongLineEnd;
    }

    private void AppendEvent(
        RecoverySource source, OpenBatch? batch, ReadOnlySpan<byte> line, long position, bool isTruncated)
    {
        if (batch is null || !LineMessage.TryMake(
            line, isValid: false, source.Encoding, source.Encoder, source.Options.Filter, _worker.Scratch,
            out var message))
        {
            return;
        }

        var encoder = source.Encoder;
        var value = encoder.Encode(
            message,
            position,
            ref isTruncated,
            _worker.Timestamp,
            options.ValueLengthMax(encoder.Key.Length),
            _worker.Scratch);
        batch.ReserveAnyway(options.RecordSizeMax(encoder.Key.Length, value.Length));
        batch.Append(_worker.TimestampMs, encoder.Key, position, value);
    }
}
