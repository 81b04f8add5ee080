namespace LogFlow.Agent;

/// <summary>Takes the messages of a stretch of a file that can be read anew by itself.</summary>
internal interface IMessageSink
{
    /// <summary>
    /// The lines from <paramref name="start"/> to <paramref name="end"/> gave these messages, whole ones, and nothing
    /// is kept back. False: there is no room, nothing was taken.
    /// </summary>
    bool Commit(long start, long end, List<AssembledMessage> messages);
}

/// <summary>
/// Leads lines through an input's parsers and cuts the file where nothing is kept back: at such a place reading, or
/// reading again after a crash, may begin, and gives the same messages. Holds nothing between turns: lines that make no
/// whole message yet are read again.
/// </summary>
internal sealed class MessageAssembler
{
    /// <summary>
    /// Messages that wait for one that began before them. Streams of a container are written into each other for a few
    /// lines at most, and all of these have to fit into one batch.
    /// </summary>
    private const int WaitingMax = 64;

    private readonly ParserStage[] _stages;
    private readonly int _stretchMax;
    private readonly List<AssembledMessage> _done = [];
    private readonly Stack<AssembledMessage> _free = new();
    private long _start;
    private long _end;

    /// <summary>An assembler for an input.</summary>
    /// <param name="parsers">Its parsers, in order.</param>
    /// <param name="lengthMax">Bytes of a message that are kept.</param>
    /// <param name="stretchMax">
    /// Bytes of the file without a clean place; beyond, what is kept back is let go as it is.
    /// </param>
    public MessageAssembler(IReadOnlyList<ParserFactory> parsers, int lengthMax, int stretchMax)
    {
        _stretchMax = stretchMax;
        _stages = new ParserStage[parsers.Count];
        Action<AssembledMessage> next = _done.Add;
        for (var index = parsers.Count - 1; index >= 0; index--)
        {
            _stages[index] = parsers[index](next, _free.Push, lengthMax);
            next = _stages[index].Feed;
        }

        First = next;
    }

    /// <summary>Makes a stage that hands on to, and gives back to.</summary>
    public delegate ParserStage ParserFactory(
        Action<AssembledMessage> next, Action<AssembledMessage> release, int lengthMax);

    private Action<AssembledMessage> First { get; }

    /// <summary>The place up to which everything is committed.</summary>
    public long CleanPosition => _start;

    /// <summary>The end of the last line that was fed.</summary>
    public long End => _end;

    /// <summary>Begins at a clean place.</summary>
    public void Begin(long position)
    {
        foreach (var stage in _stages)
        {
            stage.Clear();
        }

        ReleaseDone();
        (_start, _end) = (position, position);
    }

    /// <summary>Takes a line; false where the sink had no room.</summary>
    public bool Feed(ReadOnlySpan<byte> text, long start, long end, bool isTruncated, IMessageSink sink)
    {
        // A line over the limit is a message of its own, whatever stands around it.
        if (isTruncated && !Flush(sink))
        {
            return false;
        }

        var message = _free.TryPop(out var free) ? free : new AssembledMessage();
        message.Set(text, start, end, isTruncated);
        _end = end;
        First(message);
        return isTruncated || end - _start >= _stretchMax || _done.Count >= WaitingMax
            ? Flush(sink)
            : CommitClean(sink);
    }

    /// <summary>Lets go of what is kept back; false where the sink had no room.</summary>
    public bool Flush(IMessageSink sink)
    {
        foreach (var stage in _stages)
        {
            stage.Flush();
        }

        return _end == _start || Commit(_end, sink);
    }

    /// <summary>Bytes that hold no line: nothing is kept back over them.</summary>
    public void Pass(long end) => (_start, _end) = (end, end);

    private bool CommitClean(IMessageSink sink)
    {
        var pending = _end;
        foreach (var stage in _stages)
        {
            pending = Math.Min(pending, stage.PendingStart);
        }

        if (pending <= _start)
        {
            return true;
        }

        foreach (var message in _done)
        {
            // It has a line on either side.
            if (message.End > pending)
            {
                return true;
            }
        }

        return Commit(pending, sink);
    }

    private bool Commit(long end, IMessageSink sink)
    {
        if (!sink.Commit(_start, end, _done))
        {
            return false;
        }

        _start = end;
        ReleaseDone();
        return true;
    }

    private void ReleaseDone()
    {
        foreach (var message in _done)
        {
            _free.Push(message);
        }

        _done.Clear();
    }
}
