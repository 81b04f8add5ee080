using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Reads whole lines at a position, through a buffer that a reader thread shares over all its files. Each read starts
/// 256 bytes before the position, so that a file that was replaced behind the agent's back is noticed by the very read
/// that would have gone wrong. Lines over the limit are searched for their end without being held in memory.
/// Used for reading and for reading again after a crash, so that both see the same lines.
/// </summary>
internal sealed class LineReader(int bufferSize)
{
    /// <summary>Room besides a longest line: bytes before the position, and a terminator that is cut.</summary>
    private const int Slack = ContentMark.TailLengthMax + 16;

    /// <summary>Blocks that the search for a long line's end reads before other files have their turn.</summary>
    private const int SearchBlocksMax = 16;

    private byte[] _buffer = new byte[bufferSize];
    private int _tailLength;
    private int _length;

    /// <summary>Whole lines, or the kept bytes of one long line.</summary>
    public ReadOnlySpan<byte> Lines => _buffer.AsSpan(_tailLength, _length);

    /// <summary>Bytes of the last look behind its position, a line without end included.</summary>
    public int DataLength { get; private set; }

    /// <summary>The buffer was filled: the file goes on.</summary>
    public bool WasFull { get; private set; }

    /// <summary>Makes room for a block of that many bytes.</summary>
    public void Reserve(int length) => EnsureCapacity(length + Slack);

    /// <summary>For a long line: where the next one starts.</summary>
    public long LongLineEnd { get; private set; }

    /// <summary>Looks for lines.</summary>
    /// <param name="file">The file.</param>
    /// <param name="framer">What ends a line.</param>
    /// <param name="position">Where the next line starts.</param>
    /// <param name="tailCrc">Checksum of the bytes before it, 256 at most.</param>
    /// <param name="limit">Not to be read beyond.</param>
    /// <param name="lineLengthMax">Bytes of a line that are kept.</param>
    /// <param name="searchedTo">
    /// Where the search for the first line's end goes on: kept between calls, so that a line that grows slowly is not
    /// searched again and again.
    /// </param>
    public ReadStatus Read(
        ILogFile file,
        LineFramer framer,
        long position,
        uint tailCrc,
        long limit,
        int lineLengthMax,
        ref long searchedTo)
    {
        var needed = lineLengthMax + Slack;
        if (searchedTo > position)
        {
            var found = Search(file, framer, position, limit, ref searchedTo);
            if (found is ReadStatus.Searching or ReadStatus.EndOfFile)
            {
                return found;
            }

            // An end was found: read from the line's start, with room for the whole line where it is kept whole.
            var lineLength = searchedTo - position;
            if (lineLength > lineLengthMax + 16L)
            {
                return ReadLongLine(file, framer, position, tailCrc, lineLengthMax, ref searchedTo);
            }

            EnsureCapacity((int)lineLength + Slack);
            searchedTo = position;
        }

        while (true)
        {
            var status = ReadBlock(file, framer, position, tailCrc, limit, out var wasFull);
            if (status != ReadStatus.EndOfFile || !wasFull)
            {
                searchedTo = status == ReadStatus.EndOfFile ? position + _length : position;
                return status;
            }

            if (_buffer.Length < needed)
            {
                EnsureCapacity((int)Math.Min(needed, _buffer.Length * 2L));
                continue;
            }

            searchedTo = position + _length;
            return ReadStatus.Searching;
        }
    }

    /// <summary>The checksum of the bytes before a place in <see cref="Lines"/>.</summary>
    public uint TailCrcAt(int index) => ContentMark.Tail(_buffer.AsSpan(0, _tailLength + index));

    /// <summary>Gives up what a very long line needed.</summary>
    public void Trim()
    {
        if (_buffer.Length > bufferSize)
        {
            _buffer = new byte[bufferSize];
        }
    }

    private ReadStatus ReadBlock(
        ILogFile file, LineFramer framer, long position, uint tailCrc, long limit, out bool wasFull)
    {
        wasFull = false;
        if (!TryFill(file, position, tailCrc, limit, out var data))
        {
            return ReadStatus.Replaced;
        }

        wasFull = _tailLength + data.Length == _buffer.Length;
        (WasFull, DataLength) = (wasFull, data.Length);
        _length = LengthOfWholeLines(data, framer, position);
        if (_length > 0)
        {
            return ReadStatus.Lines;
        }

        _length = data.Length;
        return ReadStatus.EndOfFile;
    }

    /// <summary>Fills the buffer from before the position; false where what lies before it has changed.</summary>
    private bool TryFill(
        ILogFile file, long position, uint tailCrc, long limit, out ReadOnlySpan<byte> data)
    {
        _tailLength = (int)Math.Min(position, ContentMark.TailLengthMax);
        var wanted = (int)Math.Min(_buffer.Length, limit - position + _tailLength);
        var read = ContentMark.ReadFully(file, _buffer.AsSpan(0, wanted), position - _tailLength);
        data = _buffer.AsSpan(_tailLength, Math.Max(0, read - _tailLength));
        return read >= _tailLength && Crc32C.Compute(_buffer.AsSpan(0, _tailLength)) == tailCrc;
    }

    private static int LengthOfWholeLines(ReadOnlySpan<byte> data, LineFramer framer, long position)
    {
        if (framer.TerminatorLength == 1)
        {
            return framer.LastIndexOfTerminator(data) + 1;
        }

        var length = 0;
        while (framer.FindEnd(data[length..], position + length, out _) is > 0 and var end)
        {
            length += end;
        }

        return length;
    }

    /// <summary>Goes on looking for the end of a line whose start was looked at before.</summary>
    private ReadStatus Search(
        ILogFile file, LineFramer framer, long position, long limit, ref long searchedTo)
    {
        // A terminator may lie across the border of what was searched and what is new.
        var from = Math.Max(position, searchedTo - (framer.TerminatorLength - 1));
        for (var block = 0; block < SearchBlocksMax; block++)
        {
            var wanted = (int)Math.Min(_buffer.Length, limit - from);
            var read = ContentMark.ReadFully(file, _buffer.AsSpan(0, wanted), from);
            var found = framer.IndexOfTerminator(_buffer.AsSpan(0, read), from);
            if (found >= 0)
            {
                searchedTo = from + found + framer.TerminatorLength;
                return ReadStatus.Lines;
            }

            searchedTo = Math.Max(searchedTo, from + read);
            if (read < _buffer.Length)
            {
                return ReadStatus.EndOfFile;
            }

            from = searchedTo - (framer.TerminatorLength - 1);
        }

        return ReadStatus.Searching;
    }

    private ReadStatus ReadLongLine(
        ILogFile file, LineFramer framer, long position, uint tailCrc, int lineLengthMax, ref long searchedTo)
    {
        EnsureCapacity(lineLengthMax + Slack);
        if (!TryFill(file, position, tailCrc, position + lineLengthMax, out var data))
        {
            return ReadStatus.Replaced;
        }

        if (framer.PaddingLength(data) > 0)
        {
            return ReadPadding(file, framer, position, ref searchedTo);
        }

        _length = data.Length;
        LongLineEnd = searchedTo;
        searchedTo = LongLineEnd;
        return ReadStatus.LongLine;
    }

    /// <summary>How far the NULs at the beginning of a line go whose end is known.</summary>
    private ReadStatus ReadPadding(ILogFile file, LineFramer framer, long position, ref long searchedTo)
    {
        var end = position;
        while (end < searchedTo)
        {
            var wanted = (int)Math.Min(_buffer.Length, searchedTo - end);
            var read = ContentMark.ReadFully(file, _buffer.AsSpan(0, wanted), end);
            var padding = framer.PaddingLength(_buffer.AsSpan(0, read));
            end += padding;
            if (padding == 0 || padding < read)
            {
                break;
            }
        }

        _length = 0;
        LongLineEnd = end;
        searchedTo = end;
        return end > position ? ReadStatus.Padding : ReadStatus.Replaced;
    }

    private void EnsureCapacity(int capacity)
    {
        if (_buffer.Length < capacity)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(capacity);
        }
    }
}
