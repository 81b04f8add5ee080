namespace LogFlow.Agent;

/// <summary>
/// Turns lines into messages by an input's parsers, and these into events of a partition's batch. What
/// <see cref="LineAppender"/> is for inputs whose lines are events as they stand.
/// </summary>
internal sealed class MessageAppender(
    HarvestContext context,
    PartitionPublisher publisher,
    HarvestWorker worker,
    EventEncoder encoder,
    long generation) : IMessageSink
{
    private readonly MessageAssembler _assembler = worker.AssemblerOf(context.Options);
    private long _position;
    private int _rangeStart;

    private ReadOnlySpan<byte> Data => worker.Reader.Lines;

    /// <summary>
    /// Appends the whole messages of a block of whole lines; <paramref name="consumed"/> ends where they do. False
    /// where memory ran out.
    /// </summary>
    /// <param name="position">Where the block starts in the file.</param>
    /// <param name="framer">What ends a line.</param>
    /// <param name="encoding">What the bytes are.</param>
    /// <param name="flushes">What is kept back at the block's end is let go.</param>
    /// <param name="consumed">Bytes that are done with.</param>
    public bool Append(long position, LineFramer framer, LineEncoding encoding, bool flushes, out int consumed)
    {
        (_position, _rangeStart) = (position, 0);
        _assembler.Begin(position);
        lock (publisher.BuildLock)
        {
            var isComplete = Walk(framer, encoding) && (!flushes || _assembler.Flush(this));
            consumed = (int)(_assembler.CleanPosition - position);
            AddRange(consumed);
            if (flushes && isComplete)
            {
                // Read again, this place must end what was kept back, too.
                publisher.EndRange();
            }

            return isComplete;
        }
    }

    /// <summary>Appends one line over the limit: a message of its own.</summary>
    public bool AppendLong(
        ReadOnlySpan<byte> kept, long position, long end, uint tailCrc, LineEncoding encoding)
    {
        var line = LineBlock.Cut(kept, position, LineAppender.TrimmedLength(kept, encoding), encoding);
        (_position, _rangeStart) = (position, 0);
        _assembler.Begin(position);
        lock (publisher.BuildLock)
        {
            if (!_assembler.Feed(Decode(line, encoding), position, end, isTruncated: true, this))
            {
                return false;
            }

            publisher.AddRange(generation, position, end, kept, tailCrc);
        }

        return true;
    }

    /// <inheritdoc/>
    public bool Commit(long start, long end, List<AssembledMessage> messages)
    {
        var scratch = worker.Structured;
        scratch.Values.ResetWrittenCount();
        scratch.Ends.Clear();
        var overhead = publisher.RecordSizeMax(encoder.Key.Length, 0);
        var lengthMax = publisher.ValueLengthMax(encoder.Key.Length);
        StructuredEncoding.EncodeAll(encoder.Structured!, messages, worker, lengthMax, overhead);
        var count = scratch.Ends.Count;
        if (count == 0)
        {
            return true;
        }

        var size = scratch.Values.WrittenCount + (count * overhead);
        var result = publisher.Admit(count, size);
        if (result == LineAppendResult.BatchFull)
        {
            AddRange((int)(start - _position));
            publisher.SealOpen();
            result = publisher.Admit(count, size);
        }

        if (result == LineAppendResult.NoRoom)
        {
            worker.RoomNeeded = Math.Max(OpenBatch.ReserveStep, size);
            return false;
        }

        var from = 0;
        foreach (var (to, position) in scratch.Ends)
        {
            publisher.AppendAdmitted(
                worker.TimestampMs, encoder.Key, position, scratch.Values.WrittenSpan[from..to]);
            from = to;
        }

        context.Counters.AddLinesRead(count);
        foreach (var message in messages)
        {
            if (message.IsTruncated)
            {
                context.Counters.AddTruncated();
            }
        }

        return true;
    }

    private bool Walk(LineFramer framer, LineEncoding encoding)
    {
        var block = new LineBlock(Data, _position, framer, encoding, context.Options.LineLengthMax);
        while (block.MoveNext())
        {
            if (block.PaddingLength > 0)
            {
                if (!_assembler.Flush(this))
                {
                    return false;
                }

                AddRange(block.Start);
                AddPadding(block.Start, block.TextStart);
            }

            var text = Decode(block.Line, encoding);
            if (!_assembler.Feed(
                text, _position + block.TextStart, _position + block.End, block.IsTruncated, this))
            {
                return false;
            }

            if (block.IsTruncated)
            {
                AddRange(block.TextStart);
                publisher.AddRange(
                    generation,
                    _position + block.TextStart,
                    _position + block.End,
                    Data.Slice(block.TextStart, block.ChecksumLength),
                    worker.Reader.TailCrcAt(block.End));
                _rangeStart = block.End;
            }
        }

        return true;
    }

    /// <summary>The range says that the bytes are done with; they are not part of its checksum.</summary>
    private void AddPadding(int start, int end)
    {
        publisher.AddRange(
            generation, _position + start, _position + end, [], worker.Reader.TailCrcAt(end));
        context.Counters.AddPadding(end - start);
        _assembler.Pass(_position + end);
        _rangeStart = end;
    }

    private ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> line, LineEncoding encoding) =>
        StructuredEncoding.Decode(line, encoding, encoder, worker);

    private void AddRange(int end)
    {
        if (end > _rangeStart)
        {
            publisher.AddRange(
                generation,
                _position + _rangeStart,
                _position + end,
                Data[_rangeStart..end],
                worker.Reader.TailCrcAt(end));
            _rangeStart = end;
        }
    }
}
