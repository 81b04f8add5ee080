namespace LogFlow.Agent;

/// <summary>
/// Reading where parsers make messages of lines. <see cref="Position"/> stands where a message begins: lines that make
/// no whole one yet are not done with, and are read again with those that follow. So nothing is held in memory, and a
/// crash or a rotation finds the message whole.
/// </summary>
internal sealed partial class Harvester
{
    private ReadStatus ReadMessages(ILogFile file, HarvestWorker worker)
    {
        var begin = _position;
        worker.Reader.Reserve(_blockWanted);

        // Behind kept back lines the search for an end starts over: these are read again anyway.
        var fromBegin = begin;
        ref var searchedTo = ref HasPending ? ref fromBegin : ref _searchedTo;
        return worker.Reader.Read(
            file, _framer, begin, TailCrc, long.MaxValue, _context.Options.LineLengthMax, ref searchedTo);
    }

    private HarvestResult AppendMessages(ILogFile file, HarvestWorker worker, long length)
    {
        var begin = _position;
        var reader = worker.Reader;
        var (linesLength, dataLength, wasFull) = (reader.Lines.Length, reader.DataLength, reader.WasFull);

        // A line over the limit follows: nothing before it can belong to it. Or nothing came for long enough.
        var isStuck = wasFull && dataLength - linesLength > _context.Options.LineLengthMax;
        var flushes = isStuck || (_isFlushWanted && begin + linesLength == _pendingEnd);
        _isFlushWanted = false;
        var appender = new MessageAppender(
            _context, _context.Publishing.ForPartition(State!.Partition), worker, _encoder!, State.Generation);
        var complete = appender.Append(begin, _framer, _encoding, flushes, out var consumed);
        if (consumed > 0)
        {
            TailCrc = reader.TailCrcAt(consumed);
            Moved(begin + consumed, consumed);
            GrowHead(file);
        }

        if (!complete)
        {
            worker.Trim();
            return HarvestResult.NoRoom;
        }

        if (wasFull)
        {
            _blockWanted = consumed > 0 ? 0 : (int)Math.Min(BlockMax, Math.Max(dataLength, 4096) * 2L);
            worker.Trim();
            return HarvestResult.More;
        }

        worker.Trim();
        _blockWanted = 0;
        NotePending(begin + linesLength, begin + dataLength);
        return SearchedTo >= length ? HarvestResult.AtEnd : HarvestResult.More;
    }

    /// <summary>Room for a whole stretch, and for a line behind it that has no end yet.</summary>
    private int BlockMax => _context.Options.StretchMax + _context.Options.LineLengthMax;

    private void NotePending(long linesEnd, long dataEnd)
    {
        if (linesEnd > _position && linesEnd != _pendingEnd)
        {
            PendingAt = _context.Time.GetTimestamp();
        }

        Volatile.Write(ref _pendingEnd, linesEnd);
        _searchedTo = Math.Max(_position, dataEnd);
    }

    private void ForgetPending()
    {
        Volatile.Write(ref _pendingEnd, 0);
        _blockWanted = 0;
        _isFlushWanted = false;
    }
}
