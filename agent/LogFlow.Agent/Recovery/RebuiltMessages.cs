namespace LogFlow.Agent;

/// <summary>
/// Leads the lines of a range through the input's parsers again, into the batch that they were announced in. A range
/// begins and ends where nothing is kept back.
/// </summary>
internal sealed class RebuiltMessages(
    RecoverySource source, HarvestWorker worker, PublisherOptions options, OpenBatch batch) : IMessageSink
{
    private readonly MessageAssembler _assembler = worker.AssemblerOf(source.Options);

    /// <summary>The range begins.</summary>
    public void Begin(long position) => _assembler.Begin(position);

    /// <summary>The range ends.</summary>
    public void End() => _assembler.Flush(this);

    /// <summary>Bytes that hold no line.</summary>
    public void Pass(long end)
    {
        _assembler.Flush(this);
        _assembler.Pass(end);
    }

    /// <summary>A line.</summary>
    public void Feed(in LineBlock block, long position)
    {
        if (block.PaddingLength > 0)
        {
            Pass(position + block.TextStart);
        }

        _assembler.Feed(
            StructuredEncoding.Decode(block.Line, source.Encoding, source.Encoder, worker),
            position + block.TextStart,
            position + block.End,
            block.IsTruncated,
            this);
    }

    /// <summary>A line over the limit.</summary>
    public void FeedLong(ReadOnlySpan<byte> line, long position, long end) => _assembler.Feed(
        StructuredEncoding.Decode(line, source.Encoding, source.Encoder, worker),
        position,
        end,
        isTruncated: true,
        this);

    /// <inheritdoc/>
    public bool Commit(long start, long end, List<AssembledMessage> messages)
    {
        var scratch = worker.Structured;
        scratch.Values.ResetWrittenCount();
        scratch.Ends.Clear();
        var key = source.Encoder.Key;
        var overhead = options.RecordSizeMax(key.Length, 0);
        StructuredEncoding.EncodeAll(
            source.Encoder.Structured!,
            messages,
            worker,
            options.ValueLengthMax(key.Length),
            overhead);
        var from = 0;
        foreach (var (to, position) in scratch.Ends)
        {
            batch.ReserveAnyway(to - from + overhead);
            batch.Append(worker.TimestampMs, key, position, scratch.Values.WrittenSpan[from..to]);
            from = to;
        }

        return true;
    }
}
