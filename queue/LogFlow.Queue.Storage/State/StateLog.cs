using System.Buffers;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A small durable map for the queue's own state (group offsets, producer id blocks): an append-only file of
/// <see cref="StateFrame"/>s behind an 8-byte magic, group-committed with everything else, held in memory whole, and
/// compacted by atomic replacement. Thread-safe.
/// </summary>
public sealed partial class StateLog : IWriteTarget
{
    private const string TemporarySuffix = ".tmp";
    private const int ReserveStep = 64 * 1024;
    private const long CompactBytesMin = 1 << 20;

    // A file this much larger than its live content is written anew.
    private const int CompactFactor = 4;
    private const int CompactChunk = 256;

    private readonly StorageContext _context;
    private readonly string _path;

    // Guards _entries and _liveBytes.
    private readonly Lock _entriesLock = new();
    private readonly Dictionary<byte[], byte[]> _entries = new(ByteArrayComparer.Instance);
    private long _liveBytes;

    // The writer thread's own.
    private readonly List<StateOperation> _staged = [];
    private readonly List<ReadOnlyMemory<byte>> _stagedBuffers = [];
    private IStorageFile _file;
    private long _end;
    private long _reserved;
    private bool _isOffline;

    private StateLog(StorageContext context, string path)
    {
        _context = context;
        _path = path;
        _file = context.Files.OpenOrCreate(path);
    }

    private static ReadOnlySpan<byte> Magic => "LFQSTAT1"u8;

    /// <summary>Number of keys.</summary>
    public int Count
    {
        get
        {
            lock (_entriesLock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>A write or sync failed: no changes until a restart.</summary>
    public bool IsOffline => Volatile.Read(ref _isOffline);

    /// <summary>The durable value of a key.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        lock (_entriesLock)
        {
            if (_entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var bytes))
            {
                value = bytes;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>A snapshot of all durable entries, for loading at start.</summary>
    public IReadOnlyList<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>> GetEntries()
    {
        lock (_entriesLock)
        {
            return [.. _entries.Select(entry => KeyValuePair.Create<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>(
                entry.Key, entry.Value))];
        }
    }

    /// <summary>
    /// Applies the changes, all or none, and completes when they are durable. They are copied before this returns;
    /// calls are applied in their order.
    /// </summary>
    /// <returns>None, or KafkaStorageError where the disk refused.</returns>
    public ValueTask<ErrorCode> WriteAsync(ReadOnlySpan<StateChange> changes)
    {
        if (changes.IsEmpty)
        {
            return ValueTask.FromResult(ErrorCode.None);
        }

        var operation = new StateOperation(this, StateFrame.Encode(changes));
        _context.Writer.Enqueue(operation);
        return new ValueTask<ErrorCode>(operation.Task);
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static StateLog Open(StorageContext context, string path)
    {
        context.Files.DeleteFile(path + TemporarySuffix);
        var log = new StateLog(context, path);
        log.Load();
        return log;
    }

    internal void Stage(StateOperation operation, LogWriter writer)
    {
        if (_isOffline)
        {
            operation.Result = ErrorCode.KafkaStorageError;
            return;
        }

        if (_staged.Count == 0)
        {
            writer.AddTarget(this);
        }

        _staged.Add(operation);
        _stagedBuffers.Add(operation.Frame.Memory);
    }

    internal void Close()
    {
        _file.Dispose();
    }

    void IWriteTarget.WriteStaged()
    {
        try
        {
            if (TryReserveStaged())
            {
                _file.Write(_stagedBuffers, _end);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GoOffline(error);
        }
    }

    void IWriteTarget.SyncStaged()
    {
        if (_stagedBuffers.Count == 0)
        {
            return;
        }

        try
        {
            _file.SyncData();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GoOffline(error);
        }
    }

    void IWriteTarget.PublishStaged()
    {
        lock (_entriesLock)
        {
            foreach (var buffer in _stagedBuffers)
            {
                _liveBytes += StateFrame.Apply(buffer.Span, _entries);
                _end += buffer.Length;
            }
        }

        _staged.Clear();
        _stagedBuffers.Clear();
        if (_end > Math.Max(CompactBytesMin, _liveBytes * CompactFactor) && !_isOffline)
        {
            Compact();
        }
    }

    void IWriteTarget.NotifyListeners()
    {
    }

    private void FailStaged()
    {
        foreach (var operation in _staged)
        {
            operation.Result = ErrorCode.KafkaStorageError;
        }

        _stagedBuffers.Clear();
    }

    private void GoOffline(Exception error)
    {
        Volatile.Write(ref _isOffline, true);
        Log.Offline(_context.Logger, error, _path);
        FailStaged();
    }

    /// <summary>
    /// Reserves the group's space; where even the held-back reserve is used up, the group is refused.
    /// </summary>
    private bool TryReserveStaged()
    {
        var needed = _end;
        foreach (var buffer in _stagedBuffers)
        {
            needed += buffer.Length;
        }

        if (needed <= _reserved)
        {
            return true;
        }

        try
        {
            var wanted = Math.Max(needed, _reserved + Math.Max(ReserveStep, _reserved / 4));
            _context.Space.ReserveForState(_file, needed, wanted);
            _reserved = _file.Length;
            return true;
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            Log.NoSpace(_context.Logger, _path);
            FailStaged();
            return false;
        }
    }

    private long WriteEntries(IStorageFile file)
    {
        file.Write(Magic, 0);
        long position = Magic.Length;
        foreach (var entries in GetEntries().Chunk(CompactChunk))
        {
            var changes = Array.ConvertAll(entries, entry => new StateChange(entry.Key, entry.Value));
            using var frame = StateFrame.Encode(changes);
            file.Write(frame.Span, position);
            position += frame.Length;
        }

        return position;
    }

    /// <summary>Writes the live entries to a new file that takes the old one's place in one step.</summary>
    private void Compact()
    {
        try
        {
            var temporary = _path + TemporarySuffix;
            var file = _context.Files.OpenOrCreate(temporary);
            long end;
            try
            {
                file.SetLength(0);
                end = WriteEntries(file);
                file.SyncData();
                _context.Files.MoveFile(temporary, _path);
            }
            catch
            {
                file.Dispose();
                throw;
            }

            _file.Dispose();
            _file = file;
            _end = end;
            _reserved = end;
            _context.Files.SyncDirectory(Path.GetDirectoryName(_path)!);
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            _context.Files.DeleteFile(_path + TemporarySuffix);
            Log.NoSpace(_context.Logger, _path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            GoOffline(error);
        }
    }

    private void Load()
    {
        var length = _file.Length;
        if (length == 0)
        {
            _file.Write(Magic, 0);
            _file.SyncData();
            _context.Files.SyncDirectory(Path.GetDirectoryName(_path)!);
            _end = Magic.Length;
            _reserved = _end;
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(checked((int)length));
        try
        {
            var bytes = buffer.AsSpan(0, _file.Read(buffer.AsSpan(0, (int)length), 0));
            (_end, var hasDamage) = Replay(bytes);
            _reserved = _file.Length;
            if (hasDamage)
            {
                SaveDamaged(bytes);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// Applies all valid frames. Bytes behind the last that are not zero are an append that was cut off, and are
    /// cleared; damage with valid frames behind it is skipped, kept in a file beside, and said.
    /// </summary>
    private (long End, bool HasDamage) Replay(ReadOnlySpan<byte> bytes)
    {
        var position = Magic.Length;
        var hasDamage = !bytes.StartsWith(Magic);
        while (position < bytes.Length)
        {
            var size = StateFrame.Check(bytes[position..]);
            if (size > 0)
            {
                _liveBytes += StateFrame.Apply(bytes.Slice(position, size), _entries);
                position += size;
                continue;
            }

            if (!bytes[position..].ContainsAnyExcept((byte)0))
            {
                break;
            }

            var next = FindFrame(bytes, position + 1);
            if (next < 0)
            {
                Log.TornTailCut(_context.Logger, _path, bytes.Length - position);
                _file.SetLength(position);
                _file.SyncData();
                break;
            }

            Log.Damaged(_context.Logger, _path, position, next - position);
            hasDamage = true;
            position = next;
        }

        return (position, hasDamage);
    }

    private static int FindFrame(ReadOnlySpan<byte> bytes, int from)
    {
        while (true)
        {
            var found = bytes[from..].IndexOf(StateFrame.Magic);
            if (found < 0)
            {
                return -1;
            }

            from += found;
            if (StateFrame.Check(bytes[from..]) > 0)
            {
                return from;
            }

            from++;
        }
    }

    private void SaveDamaged(ReadOnlySpan<byte> bytes)
    {
        using (var copy = _context.Files.OpenOrCreate(_path + ".damaged"))
        {
            copy.SetLength(0);
            copy.Write(bytes, 0);
            copy.SyncData();
        }

        Compact();
    }

    private static partial class Log
    {
        [LoggerMessage(2060, LogLevel.Error, "The state file {Path} is offline: its disk failed. Changes are refused.")]
        public static partial void Offline(ILogger logger, Exception error, string path);

        [LoggerMessage(2061, LogLevel.Error,
            "There is no space for the state file {Path}; changes are refused for now.")]
        public static partial void NoSpace(ILogger logger, string path);

        [LoggerMessage(2062, LogLevel.Warning,
            "The state file {Path} ended in a change that a crash cut off, and that was never acknowledged "
            + "({Bytes} bytes).")]
        public static partial void TornTailCut(ILogger logger, string path, long bytes);

        [LoggerMessage(2063, LogLevel.Error,
            "DATA LOST: the state file {Path} is damaged at position {Position} ({Bytes} bytes). The rest was read; a "
            + "copy of the file is kept with the ending .damaged.")]
        public static partial void Damaged(ILogger logger, string path, long position, long bytes);
    }
}
