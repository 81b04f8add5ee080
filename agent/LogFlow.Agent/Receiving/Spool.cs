using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// What an input has received and the outputs have not acknowledged, in files of its own: from there it is read like
/// any log, so that registry, intents and order hold for it, too. What <see cref="TryAppend"/> took survives a kill; a
/// power cut takes the last second at most. Only the oldest file may be read; when it is full and acknowledged by every
/// output it is deleted, and the next may be read. So order holds over files, and no file is read twice.
/// </summary>
internal sealed partial class Spool : IAsyncDisposable
{
    private const int FilesWanted = 16;
    private const long FileBytesMin = 256 << 10;
    private const long FileBytesMax = 16 << 20;

    /// <summary>How often the oldest file is asked for while others wait for it.</summary>
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(20);

    /// <summary>After this long at most what was written is durable.</summary>
    private static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(1);

    private readonly string _inputId;
    private readonly string _folder;
    private readonly long _bytesMax;
    private readonly long _fileBytes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work = new();
    private readonly AsyncSignal _signal;

    private IReadOnlyList<FilestreamInput> _readers = [];

    // Guards all below.
    private readonly Lock _gate = new();
    private readonly List<SpoolFile> _files;
    private FileStream? _file;
    private long _bytes;
    private bool _isUnsynced;
    private string? _trouble;
    private long _droppedInTrouble;
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Spool(
        string inputId, string folder, long bytesMax, List<SpoolFile> files, TimeProvider time, ILogger logger)
    {
        _inputId = inputId;
        _folder = folder;
        _bytesMax = bytesMax;
        _fileBytes = Math.Clamp(bytesMax / FilesWanted, FileBytesMin, FileBytesMax);
        _files = files;
        _bytes = files.Sum(static file => file.Length);
        _time = time;
        _logger = logger;
        _signal = new AsyncSignal(time);
    }

    /// <summary>Faults when the spool can no longer be looked after.</summary>
    public Task Completion => _work.Completion;

    /// <summary>The cursor of the last entry that was taken; null: there is none.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Bytes of all its files.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Why nothing more is taken at present; null: it is.</summary>
    public string? Trouble
    {
        get
        {
            lock (_gate)
            {
                return _trouble;
            }
        }
    }

    /// <summary>Opens a spool, with what a former run left in it.</summary>
    /// <exception cref="IOException">Its folder cannot be used.</exception>
    public static Spool Open(string inputId, string folder, long bytesMax, TimeProvider time, ILogger logger)
    {
        PrivateFiles.CreateDirectory(folder, isSecret: true);
        var files = SpoolFile.Find(folder);
        string? cursor = null;
        foreach (var file in files)
        {
            if (file.CutTornEnd() is > 0 and var torn)
            {
                Log.TornEnd(logger, inputId, file.Path, torn);
            }
        }

        for (var index = files.Count - 1; index >= 0 && cursor is null; index--)
        {
            cursor = files[index].LastLines().Select(static line => SpoolLines.CursorOf(line))
                .FirstOrDefault(static found => found is not null);
        }

        var spool = new Spool(inputId, folder, bytesMax, files, time, logger) { Cursor = cursor };
        spool.BeginFile();
        return spool;
    }

    /// <summary>Begins to delete what is acknowledged.</summary>
    /// <param name="readers">Who reads it: one for each output.</param>
    public void Start(IReadOnlyList<FilestreamInput> readers)
    {
        _readers = readers;
        _work.Start($"spool {_inputId}", RunAsync);
    }

    /// <summary>Whether all that was taken is acknowledged by every output.</summary>
    public bool IsDrained()
    {
        SpoolFile only;
        lock (_gate)
        {
            if (_files.Count > 1)
            {
                return false;
            }

            only = _files[0];
        }

        return IsAcknowledged(only);
    }

    /// <summary>Takes lines; false where there is no room for them, and none was taken.</summary>
    public bool TryAppend(SpoolLines lines)
    {
        lock (_gate)
        {
            if (TryWrite(lines.Bytes))
            {
                Cursor = lines.Cursor ?? Cursor;
                return true;
            }
        }

        _signal.Set();
        return false;
    }

    /// <summary>Takes lines, when there is room for them.</summary>
    public async ValueTask AppendAsync(SpoolLines lines, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                room = _room.Task;
            }

            if (TryAppend(lines))
            {
                return;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Messages that found no room are lost: they are said when there is room again.</summary>
    public void AddDropped(int count)
    {
        lock (_gate)
        {
            _droppedInTrouble += count;
        }
    }

    /// <summary>Closes one that was not started.</summary>
    public void Close()
    {
        lock (_gate)
        {
            CloseFile();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _work.DisposeAsync();
        Close();
    }

    private bool IsAcknowledged(SpoolFile file) =>
        _readers.All(reader => reader.HasAll(file.Path, file.Identity, file.Length));

    private async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            var (oldest, isBehind) = Look();
            if (oldest is not null && IsAcknowledged(oldest))
            {
                // A registry that forgot the acknowledgement would look for the file after a crash.
                await Task.WhenAll(_readers.Select(static reader => reader.SyncAsync()));
                if (TryRemove(oldest))
                {
                    continue;
                }
            }

            await _signal.WaitAsync(isBehind ? SettlePause : SyncInterval, stopping);
            Sync();
        }
    }
}
