using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// Reads one file. Its turns are taken by reader threads, one at a time (<see cref="HarvesterScheduler"/>); between
/// turns the prospector may take it to open, close or forget it. Who has it may touch everything; others read only the
/// published figures.
/// </summary>
internal sealed partial class Harvester
{
    /// <summary>Blocks of one turn: then other files have theirs.</summary>
    private const int BlocksPerTurn = 2;

    private readonly HarvestContext _context;
    private ILogFile? _file;
    private LineEncoding _encoding;
    private LineFramer _framer;
    private EventEncoder? _encoder;
    private long _position;
    private long _searchedTo;
    private long _lengthSeen;
    private long _pendingEnd;
    private int _blockWanted;
    private volatile bool _isFlushWanted;
    private int _partitionHint = FileState.PartitionUnknown;

    public Harvester(HarvestContext context, string path, FileIdentity identity, FileState? state)
    {
        _context = context;
        _encoding = context.Options.Encoding;
        _framer = context.Options.Framer(_encoding);
        Path = path;
        Identity = identity;
        State = state;
        if (state is not null)
        {
            (_position, TailCrc) = context.Registry.AckedPosition(state);
        }
    }

    /// <summary>The thread that has the turn; 0: nobody. Set by <see cref="ScheduledHarvester"/> alone.</summary>
    public int OwnerThread { get; set; }

    /// <summary>Where the file was last seen.</summary>
    public string Path { get; set; }

    /// <summary>Device, inode, birth.</summary>
    public FileIdentity Identity { get; set; }

    /// <summary>What the registry has; null until something is read for the first time.</summary>
    public FileState? State { get; private set; }

    /// <summary>Where the next line to read starts.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Checksum of the bytes before <see cref="Position"/>.</summary>
    public uint TailCrc { get; private set; }

    /// <summary>Everything up to here has been looked at, a line without end included.</summary>
    public long SearchedTo => Math.Max(Position, Volatile.Read(ref _searchedTo));

    /// <summary>Lines behind <see cref="Position"/> were looked at and make no whole message yet.</summary>
    public bool HasPending => Volatile.Read(ref _pendingEnd) > Position;

    /// <summary>When the last of them was seen, a <see cref="TimeProvider"/> timestamp.</summary>
    public long PendingAt { get; private set; }

    /// <summary>Lines that make no whole message are to be sent as they are: nothing more belongs to them.</summary>
    public void RequestFlush() => _isFlushWanted = true;

    /// <summary>The last turn could not read the file; that was said.</summary>
    public bool IsFailing { get; private set; }

    /// <summary>The open file is of no use any more; its path has to be opened anew.</summary>
    public bool IsStale { get; private set; }

    /// <summary>Whether the file is open.</summary>
    public bool IsOpen => _file is not null;

    /// <summary>The open file, for whoever has the harvester.</summary>
    public ILogFile? File => _file;

    /// <summary>When something was last read, or the file opened: a <see cref="TimeProvider"/> timestamp.</summary>
    public long ActiveAt { get; private set; }

    /// <summary>Whether all that was read is acknowledged.</summary>
    public bool IsAcknowledged => State is not { } state || _context.Registry.IsAcknowledged(state, Position);

    /// <summary>Takes an open file and makes sure that it is the one that was read.</summary>
    public void Attach(ILogFile file, long length)
    {
        AssertTaken();
        _file = file;
        ActiveAt = _context.Time.GetTimestamp();
        if (State is not null && !IsSameContent(file, length))
        {
            Restart(
                length < _position ? "is shorter than what was read" : "has other content than what was read",
                wasUnwatched: true);
        }

        if (_context.Options.Encoding.MarkDecides)
        {
            Span<byte> head = stackalloc byte[2];
            _encoding = _context.Options.Encoding.Resolve(head[..ContentMark.ReadFully(file, head, 0)]);
            _framer = _context.Options.Framer(_encoding);
        }
    }

    /// <summary>The file was seen with this length: what of it vanishes unread is known by that.</summary>
    public void SawLength(long length) => _lengthSeen = Math.Max(_lengthSeen, length);

    /// <summary>Closes the file; it can be attached again.</summary>
    public void Detach()
    {
        AssertTaken();
        _file?.Dispose();
        _file = null;
        IsStale = false;
        _encoder = null;
        _searchedTo = 0;
        ForgetPending();
    }

    /// <summary>Begins, where nothing was read yet, at a position other than 0, and remembers that.</summary>
    public void SkipTo(ILogFile file, long position, uint tailCrc)
    {
        AssertTaken();
        (_position, TailCrc) = (position, tailCrc);
        State = _context.Registry.CreateFile(
            _context.Options.Id,
            Path,
            Identity,
            ContentMark.Read(file, position),
            position,
            tailCrc,
            _ => FileState.PartitionUnknown);
    }

    /// <summary>This file, not read yet, is a copy of an incarnation that ended elsewhere: it continues it.</summary>
    public void Continue(FileState state, long position, uint tailCrc)
    {
        AssertTaken();
        _context.Ended.Revive(state);
        _context.Registry.MoveFile(state, Path, Identity);
        State = state;
        (_position, TailCrc) = (position, tailCrc);
    }

    /// <summary>What was read here goes on in a copy; here something new begins.</summary>
    public void HandOver()
    {
        AssertTaken();
        _partitionHint = State?.Partition ?? FileState.PartitionUnknown;
        State = null;
        BeginAnew();
    }

    /// <summary>The queue has, or is being sent, what a former run had read: reading goes on behind it.</summary>
    public void ContinueAt(long position, uint tailCrc)
    {
        AssertTaken();
        if (position > _position)
        {
            (_position, TailCrc) = (position, tailCrc);
        }
    }

    /// <summary>One turn.</summary>
    public HarvestResult Harvest(HarvestWorker worker)
    {
        AssertTaken();
        if (_file is not { } file)
        {
            return HarvestResult.AtEnd;
        }

        try
        {
            var result = HarvestResult.More;
            for (var block = 0; block < BlocksPerTurn && result == HarvestResult.More; block++)
            {
                result = HarvestBlock(file, worker, isFirst: block == 0);
            }

            IsFailing = false;
            return result;
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            IsStale |= FileErrors.IsStale(error);
            if (!IsFailing)
            {
                IsFailing = true;
                _context.Counters.AddError();
                Log.ReadFailed(_context.Logger, Path, FileErrors.Describe(error));
            }

            return HarvestResult.Failed;
        }
    }

    /// <summary>Only whoever has the turn may be here.</summary>
    [Conditional("DEBUG")]
    private void AssertTaken() =>
        Debug.Assert(OwnerThread == Environment.CurrentManagedThreadId, "a harvester is touched without its turn");

    private HarvestResult HarvestBlock(ILogFile file, HarvestWorker worker, bool isFirst)
    {
        var length = file.GetLength();
        if (length < _position)
        {
            Restart("was truncated");
        }

        SawLength(length);

        if (length < _searchedTo)
        {
            _searchedTo = _position;
        }

        if (_position == 0 && State is { } known && !known.Head.Matches(file))
        {
            Restart("was replaced before a line of it was read");
        }

        if (length == SearchedTo)
        {
            // Woken without anything new: it may have been truncated and filled again to the same length.
            var isFlush = HasPending && _isFlushWanted;
            if (!isFlush && !isFirst)
            {
                return HarvestResult.AtEnd;
            }

            var isSame = ContentMark.TryReadTail(file, _position, out var tailCrc) && tailCrc == TailCrc;
            if (isSame && !isFlush)
            {
                return HarvestResult.AtEnd;
            }

            if (!isSame)
            {
                Restart("was replaced in place");
            }
        }

        EnsureState(file, length);
        if (_context.Publishing.ForPartition(State!.Partition).IsHeld)
        {
            return HarvestResult.Held;
        }

        worker.SetTime(_context.Time.GetUtcNow());
        var makesMessages = _encoder!.Structured is not null;
        var status = makesMessages
            ? ReadMessages(file, worker)
            : worker.Reader.Read(
                file, _framer, _position, TailCrc, long.MaxValue, _context.Options.LineLengthMax, ref _searchedTo);
        switch (status)
        {
            case ReadStatus.Lines:
                return makesMessages ? AppendMessages(file, worker, length) : AppendLines(file, worker, length);
            case ReadStatus.LongLine:
                return AppendLongLine(file, worker);
            case ReadStatus.Padding:
                return PassPadding(file, worker);
            case ReadStatus.Searching:
                return HarvestResult.More;
            case ReadStatus.Replaced:
                Restart("was replaced in place");
                return HarvestResult.More;
            default:
                return HarvestResult.AtEnd;
        }
    }

    private HarvestResult AppendLines(ILogFile file, HarvestWorker worker, long length)
    {
        var appender = new LineAppender(
            _context, _context.Publishing.ForPartition(State!.Partition), worker, _encoder!, State.Generation);
        var complete = appender.Append(worker.Reader.Lines, _position, _framer, _encoding, out var consumed);
        if (consumed > 0)
        {
            TailCrc = worker.Reader.TailCrcAt(consumed);
            Moved(_position + consumed, consumed);
            GrowHead(file);
        }

        worker.Trim();
        return !complete ? HarvestResult.NoRoom : _position == length ? HarvestResult.AtEnd : HarvestResult.More;
    }

    private HarvestResult AppendLongLine(ILogFile file, HarvestWorker worker)
    {
        var end = worker.Reader.LongLineEnd;
        if (!ContentMark.TryReadTail(file, end, out var tailCrc))
        {
            _searchedTo = _position;
            return HarvestResult.More;
        }

        var publisher = _context.Publishing.ForPartition(State!.Partition);
        var appended = _encoder!.Structured is null
            ? new LineAppender(_context, publisher, worker, _encoder, State.Generation)
                .AppendLong(worker.Reader.Lines, _position, end, tailCrc, _encoding)
            : new MessageAppender(_context, publisher, worker, _encoder, State.Generation)
                .AppendLong(worker.Reader.Lines, _position, end, tailCrc, _encoding);
        if (appended)
        {
            TailCrc = tailCrc;
            Moved(end, end - _position);
        }

        worker.Trim();
        return appended ? HarvestResult.More : HarvestResult.NoRoom;
    }

    private HarvestResult PassPadding(ILogFile file, HarvestWorker worker)
    {
        var end = worker.Reader.LongLineEnd;
        if (!ContentMark.TryReadTail(file, end, out var tailCrc))
        {
            _searchedTo = _position;
            return HarvestResult.More;
        }

        Log.PaddingPassed(_context.Logger, Path, end - _position, _position);
        new LineAppender(
            _context, _context.Publishing.ForPartition(State!.Partition), worker, _encoder!, State.Generation)
            .AppendPadding(_position, end, tailCrc);
        TailCrc = tailCrc;
        Moved(end, end - _position);
        return HarvestResult.More;
    }

    private void Moved(long position, long bytes)
    {
        Volatile.Write(ref _position, position);
        _searchedTo = position;
        ActiveAt = _context.Time.GetTimestamp();
        _context.Counters.AddBytesRead(bytes);
    }

    /// <summary>The file holds something else now: what was read belongs to an incarnation that has ended.</summary>
    private void Restart(string reason, bool wasUnwatched = false)
    {
        if (State is { } state)
        {
            Log.Restarted(_context.Logger, Path, reason, _position);
            _context.Ended.Add(new EndedIncarnation(
                state, _position, TailCrc, _context.Time.GetTimestamp(), IsKept: true)
            {
                UnreadBytes = Math.Max(0, _lengthSeen - _position),
                WasUnwatched = wasUnwatched,
            });
            _partitionHint = state.Partition;
        }

        State = null;
        BeginAnew();
    }

    private void BeginAnew()
    {
        _encoder = null;
        Volatile.Write(ref _position, 0);
        _searchedTo = 0;
        ForgetPending();
        _lengthSeen = 0;
        TailCrc = 0;
    }

    private void EnsureState(ILogFile file, long length)
    {
        if (State is null)
        {
            // The new incarnation stays in the partition of the old one, so that consumers see them in order.
            State = _context.Registry.CreateFile(
                _context.Options.Id,
                Path,
                Identity,
                ContentMark.Read(file, length),
                _position,
                TailCrc,
                _ => _partitionHint);
        }

        if (State.Partition < 0 || State.Partition >= _context.Publishing.PartitionCount)
        {
            var partition = _context.ChoosePartition(Path);
            _context.Registry.UpdateFile(State, state => state.Partition = partition);
        }

        _encoder ??= _context.Options.Encoder(State, Path, _encoding);
    }

    /// <summary>Small files are known by little; as they grow, by more.</summary>
    private void GrowHead(ILogFile file)
    {
        var known = State!.Head.Length;
        if (known < ContentMark.LengthMax && _position >= Math.Min(ContentMark.LengthMax, known * 2L))
        {
            // Looked at in this order: a file that is replaced meanwhile must not lend its head to the old one.
            var head = ContentMark.Read(file, _position);
            if (ContentMark.TryReadTail(file, _position, out var tailCrc) && tailCrc == TailCrc)
            {
                _context.Registry.UpdateFile(State, state => state.Head = head);
            }
        }
    }

    private bool IsSameContent(ILogFile file, long length) =>
        length >= _position
        && (State is not { } state || state.Head.Matches(file))
        && ContentMark.TryReadTail(file, _position, out var tailCrc)
        && tailCrc == TailCrc;

    private static partial class Log
    {
        [LoggerMessage(4200, LogLevel.Warning, "{Path} cannot be read: {Reason}. It is tried again")]
        public static partial void ReadFailed(ILogger logger, string path, string reason);

        [LoggerMessage(4202, LogLevel.Information,
            "{Path}: {Bytes} NULs at byte {Position}, as a truncation or a power cut leaves them, are passed over")]
        public static partial void PaddingPassed(ILogger logger, string path, long bytes, long position);

        [LoggerMessage(4201, LogLevel.Information,
            "{Path} {Reason} ({Position} bytes); it is read from its beginning")]
        public static partial void Restarted(ILogger logger, string path, string reason, long position);
    }
}
