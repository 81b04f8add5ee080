namespace LogFlow.Agent;

/// <summary>Turns lines into events of a partition's batch, sealing batches as they fill.</summary>
internal readonly ref struct LineAppender(
    HarvestContext context,
    PartitionPublisher publisher,
    HarvestWorker worker,
    EventEncoder encoder,
    long generation)
{
    /// <summary>Appends a block of whole lines; false where memory ran out before its end.</summary>
    public bool Append(
        ReadOnlySpan<byte> data, long position, LineFramer framer, LineEncoding encoding, out int consumed)
    {
        var isValid = encoder.ValidatesUtf8 && LineBlock.IsValidUtf8(data);
        var block = new LineBlock(data, position, framer, encoding, context.Options.LineLengthMax);
        var rangeStart = 0;
        var lines = 0;
        lock (publisher.BuildLock)
        {
            while (block.MoveNext())
            {
                if (block.PaddingLength > 0)
                {
                    AddRange(data, position, rangeStart, block.Start);
                    AddPadding(
                        position + block.Start,
                        position + block.TextStart,
                        worker.Reader.TailCrcAt(block.TextStart));
                    rangeStart = block.TextStart;
                }

                if (IsEvent(block.Line, isValid, encoding, out var message))
                {
                    var result = Publish(message, position + block.TextStart, block.IsTruncated);
                    if (result == LineAppendResult.BatchFull)
                    {
                        AddRange(data, position, rangeStart, block.TextStart);
                        rangeStart = block.TextStart;
                        publisher.SealOpen();
                        result = Publish(message, position + block.TextStart, block.IsTruncated);
                    }

                    if (result == LineAppendResult.NoRoom)
                    {
                        AddRange(data, position, rangeStart, block.TextStart);
                        consumed = block.TextStart;
                        context.Counters.AddLinesRead(lines);
                        return false;
                    }

                    lines++;
                }

                if (block.IsTruncated)
                {
                    AddRange(data, position, rangeStart, block.TextStart);
                    publisher.AddRange(
                        generation,
                        position + block.TextStart,
                        position + block.End,
                        data.Slice(block.TextStart, block.ChecksumLength),
                        worker.Reader.TailCrcAt(block.End));
                    rangeStart = block.End;
                }
            }

            AddRange(data, position, rangeStart, block.End);
        }

        consumed = block.End;
        context.Counters.AddLinesRead(lines);
        return true;
    }

    /// <summary>Passes over NULs before a long line.</summary>
    public void AppendPadding(long position, long end, uint tailCrc)
    {
        lock (publisher.BuildLock)
        {
            AddPadding(position, end, tailCrc);
        }
    }

    /// <summary>Appends the kept bytes of a line over the limit; false where memory ran out.</summary>
    public bool AppendLong(
        ReadOnlySpan<byte> kept, long position, long end, uint tailCrc, LineEncoding encoding)
    {
        var line = LineBlock.Cut(kept, position, TrimmedLength(kept, encoding), encoding);
        lock (publisher.BuildLock)
        {
            if (IsEvent(line, isValid: false, encoding, out var message))
            {
                var result = Publish(message, position, isTruncated: true);
                if (result == LineAppendResult.BatchFull)
                {
                    publisher.SealOpen();
                    result = Publish(message, position, isTruncated: true);
                }

                if (result == LineAppendResult.NoRoom)
                {
                    return false;
                }

                context.Counters.AddLinesRead(1);
            }

            publisher.AddRange(generation, position, end, kept, tailCrc);
        }

        return true;
    }

    /// <summary>The kept bytes end at the limit, possibly within a character.</summary>
    public static int TrimmedLength(ReadOnlySpan<byte> kept, LineEncoding encoding)
    {
        if (!encoding.IsUtf8)
        {
            return kept.Length - (kept.Length % encoding.UnitSize);
        }

        // As a cut of a longer text: the last character goes if its first byte asks for more than is there.
        var start = kept.Length - 1;
        while (start > 0 && kept.Length - start < 4 && (kept[start] & 0xC0) == 0x80)
        {
            start--;
        }

        var needed = kept[start] switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };
        return start + needed > kept.Length ? start : kept.Length;
    }

    /// <summary>The range says that the bytes are done with; they are not part of its checksum.</summary>
    private void AddPadding(long start, long end, uint tailCrc)
    {
        publisher.AddRange(generation, start, end, [], tailCrc);
        context.Counters.AddPadding(end - start);
    }

    private bool IsEvent(
        ReadOnlySpan<byte> line, bool isValid, LineEncoding encoding, out ReadOnlySpan<byte> message) =>
        LineMessage.TryMake(line, isValid, encoding, encoder, context.Options.Filter, worker.Scratch, out message);

    private LineAppendResult Publish(ReadOnlySpan<byte> message, long position, bool isTruncated)
    {
        var value = encoder.Encode(
            message,
            position,
            ref isTruncated,
            worker.Timestamp,
            publisher.ValueLengthMax(encoder.Key.Length),
            worker.Scratch);
        var result = publisher.Append(worker.TimestampMs, encoder.Key, position, value);
        if (result == LineAppendResult.NoRoom)
        {
            worker.RoomNeeded = Math.Max(
                OpenBatch.ReserveStep, publisher.RecordSizeMax(encoder.Key.Length, value.Length));
        }

        if (isTruncated && result == LineAppendResult.Appended)
        {
            context.Counters.AddTruncated();
        }

        return result;
    }

    private void AddRange(ReadOnlySpan<byte> data, long position, int start, int end)
    {
        if (end > start)
        {
            publisher.AddRange(
                generation, position + start, position + end, data[start..end], worker.Reader.TailCrcAt(end));
        }
    }
}
