using System.Buffers;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A small durable map for the queue's own state (group offsets, producer id blocks): an append-only file of
/// <see cref="StateFrame"/>s, group-committed with everything else, held in memory whole, and compacted by atomic
/// replacement. The layout, and what a start makes of a damaged one: <see cref="StateFileLoader"/>. Thread-safe.
/// </summary>
public sealed partial class StateLog : IWriteTarget
{
    private const string TemporarySuffix = ".tmp";
    private const int ReserveStep = 64 * 1024;

    private readonly StorageContext _context;
    private readonly string _path;
    private readonly Action<Func<Task>> _background;

    // Guards _entries, and the writer's changes of _end and _liveBytes.
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

    private byte[]? _mark;
    private long _generation;

    private StateLog(StorageContext context, string path, Action<Func<Task>> background)
    {
        _context = context;
        _path = path;
        _background = background;
        _file = context.Files.OpenOrCreate(path);
    }

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

    /// <param name="context">Shared.</param>
    /// <param name="path">The file.</param>
    /// <param name="expected">What is known of it.</param>
    /// <param name="background">Runs work of the log's one after the other, off the writer thread.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static StateLog Open(
        StorageContext context, string path, StateFileExpectation expected, Action<Func<Task>> background)
    {
        context.Files.DeleteFile(path + TemporarySuffix);
        var log = new StateLog(context, path, background);
        log.Load(expected);
        return log;
    }

    /// <summary>How far it has come. Writer thread, between groups.</summary>
    internal StateFilePosition Position => new(_generation, _end);

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

    /// <summary>At the stop, after the writer has ended: what the next start should find; null where it is unsure.
    /// </summary>
    internal StateFileMark? Close()
    {
        try
        {
            if (_isOffline)
            {
                return null;
            }

            var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
            try
            {
                var crc = 0u;
                for (var at = 0L; at < _end;)
                {
                    var read = _file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, _end - at)), at);
                    if (read == 0)
                    {
                        return null;
                    }

                    crc = Crc32C.Append(crc, buffer.AsSpan(0, read));
                    at += read;
                }

                return new StateFileMark(_end, crc);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        finally
        {
            _file.Dispose();
        }
    }

    void IWriteTarget.WriteStaged()
    {
        try
        {
            if (TryReserveStaged())
            {
                var end = _end;
                foreach (var buffer in _stagedBuffers)
                {
                    end += buffer.Length;
                }

                // Behind the group, in the same write: where it stands, the group is whole.
                _mark ??= new byte[CommitMark.Size];
                CommitMark.Write(_mark, _end, end);
                _stagedBuffers.Add(_mark);
                try
                {
                    _file.Write(_stagedBuffers, _end);
                }
                finally
                {
                    if (_stagedBuffers.Count > 0)
                    {
                        _stagedBuffers.RemoveAt(_stagedBuffers.Count - 1);
                    }
                }
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
        if (MustCompact)
        {
            BeginCompaction();
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
        var needed = _end + CommitMark.Size;
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

    private void Load(StateFileExpectation expected)
    {
        var loader = new StateFileLoader(_context, _path, expected);
        loader.Load(_file, _entries);
        _liveBytes = loader.LiveBytes;
        _generation = loader.Generation;
        _end = loader.End;
        _reserved = _file.Length;
        if (loader.IsNew)
        {
            _end = WriteEntries(_file, []);
            WriteMark(_file, _end);
            _generation++;
            _reserved = _file.Length;
            _file.SyncData();
            _context.Files.SyncDirectory(Path.GetDirectoryName(_path)!);
        }
        else if (loader.MustRewrite)
        {
            Rewrite();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2060, LogLevel.Error, "The state file {Path} is offline: its disk failed. Changes are refused.")]
        public static partial void Offline(ILogger logger, Exception error, string path);

        [LoggerMessage(2069, LogLevel.Warning,
            "The state file {Path} could not be made smaller ({Reason}); it goes on, and is tried again later.")]
        public static partial void CompactionPutOff(ILogger logger, string path, string reason);

        [LoggerMessage(2061, LogLevel.Error,
            "There is no space for the state file {Path}; changes are refused for now.")]
        public static partial void NoSpace(ILogger logger, string path);
    }
}
