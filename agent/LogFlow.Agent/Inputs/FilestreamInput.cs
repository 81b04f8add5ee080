using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>
/// The prospector of one input: finds its files, follows them through renames, truncations and removals, and decides
/// which are open. One loop does all of it; readers and the directory watcher only leave notes for it.
/// </summary>
internal sealed partial class FilestreamInput : IAsyncDisposable
{
    /// <summary>How often open files are checked for being due.</summary>
    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromSeconds(1);

    /// <summary>A scan may take this part of the time: one twentieth.</summary>
    private const int ScanRestFactor = 20;

    private static readonly TimeSpan ScanRestMin = TimeSpan.FromMilliseconds(10);

    /// <summary>Changed paths that are noted; beyond, everything is looked at.</summary>
    private const int ChangesMax = 4096;

    private readonly HarvestContext _context;
    private readonly InputOptions _options;
    private readonly HarvesterScheduler _scheduler;
    private readonly OpenFileLimit _openFiles;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BackgroundWork _work = new();
    private readonly AsyncSignal _signal;

    // Notes of the directory watcher.
    private readonly Lock _changesLock = new();
    private readonly Dictionary<string, DirectoryChangeKind> _changes = new(StringComparer.Ordinal);
    private bool _scanWanted;
    private bool _changesOverflowed;

    /// <summary>Guards the map of files against the status's reader. Changed by the loop only.</summary>
    private readonly Lock _filesLock = new();

    /// <summary>
    /// Held while an incarnation passes from one owner to another (a file, those that ended, a copy). Taken before a
    /// turn, never by who has one of those files' turns and waits for nothing else.
    /// </summary>
    private readonly Lock _handOverLock = new();
    private readonly Dictionary<(ulong Device, ulong Inode), TrackedFile> _byIdentity = [];

    // Owned by the loop. Orders and indexes are kept up to date, so that no look walks over all files.
    private readonly Dictionary<string, TrackedFile> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TrackedFile> _byTarget = new(StringComparer.Ordinal);
    private readonly NameIndex _byStem = new();
    private readonly Neighbours _neighbours = new();

    /// <summary>Those that no scan has seen for longest come first.</summary>
    private readonly LinkedList<TrackedFile> _bySeen = new();

    /// <summary>Open files, and those that wait to be opened, by when they are looked at next.</summary>
    private readonly PriorityQueue<TrackedFile, long> _due = new();

    /// <summary>Open files, about in the order of their last activity.</summary>
    private readonly Queue<TrackedFile> _openByActivity = new();
    private readonly HashSet<string> _warned = [];

    private readonly HashSet<string> _failing = [];
    private int _failingCount;

    /// <summary>Paths that the last scan could not look at.</summary>
    private HashSet<string> _unseen = [];
    private HashSet<string> _watched = [];
    private DirectoryWatcher? _watcher;
    private long _scanNumber;
    private long _nextScanAt;
    private long _earliestScanAt;
    private long _nextMaintenanceAt;
    private long _nextCleanAt;
    private bool _isVanishedSaid;

    public FilestreamInput(
        HarvestContext context, HarvesterScheduler scheduler, OpenFileLimit openFiles)
    {
        _context = context;
        _options = context.Options;
        _scheduler = scheduler;
        var limit = context.Options.Config.HarvesterLimit;
        _openFiles = new OpenFileLimit(limit > 0 ? limit : int.MaxValue, openFiles);
        _time = context.Time;
        _signal = new AsyncSignal(_time);
        _logger = context.Logger;
    }

    /// <summary>Looks for files for the first time and goes on looking.</summary>
    public void Start()
    {
        _watcher = DirectoryWatcher.TryCreate(OnDirectoryChange);
        var isFirstStart = LoadStates() == 0;
        _takeOver = isFirstStart ? _context.TakeOver : null;
        Scan(seekToTail: _options.SeeksAtEachStart || (isFirstStart && _options.SeekToTail));
        SayTakenOver();
        _work.Start($"input {_options.Id}", RunAsync);
    }

    /// <summary>The name under which files are remembered.</summary>
    public string Id => _options.Id;

    /// <summary>Faults when the loop ends; then the agent cannot go on.</summary>
    public Task Completion => _work.Completion;

    /// <summary>Paths that cannot be looked at at present.</summary>
    public int FailingCount => Volatile.Read(ref _failingCount);

    /// <summary>As written.</summary>
    public InputConfig Config => _options.Config;

    /// <summary>Whether every file was read to its end, and all of it is acknowledged. Any thread.</summary>
    public bool IsDone()
    {
        lock (_filesLock)
        {
            foreach (var file in _byIdentity.Values)
            {
                var harvester = file.Harvester;
                if (file.IsWaiting || harvester.HasPending
                    || (harvester.IsOpen && harvester.SearchedTo < file.Status.Length)
                    || (harvester.State is { } state
                        && !_context.Registry.IsAcknowledged(state, harvester.Position)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whether all of a file is acknowledged, up to a length. Any thread.</summary>
    public bool HasAll(string path, FileIdentity identity, long length)
    {
        lock (_filesLock)
        {
            return _byIdentity.TryGetValue(identity.Key, out var file)
                && file.Harvester is { State: { } state } harvester
                && harvester.Path == path
                && !identity.IsOtherBirth(harvester.Identity)
                && _context.Registry.IsAcknowledged(state, length);
        }
    }

    /// <summary>Returns when what was acknowledged so far is durable.</summary>
    public Task SyncAsync() => _context.Registry.SyncAsync();

    /// <summary>The files that are followed now.</summary>
    internal List<ScheduledHarvester> Followed()
    {
        lock (_filesLock)
        {
            return [.. _byIdentity.Values.Select(static file => file.Scheduled)];
        }
    }

    /// <summary>
    /// Files and incarnations that were compared, passed over or looked at so far; a test counts that this does not
    /// grow with the number of files known.
    /// </summary>
    internal long Steps { get; private set; }

    /// <summary>Adds what this input does to a status.</summary>
    public (int Watched, int Open, long BytesBehind) Measure()
    {
        lock (_filesLock)
        {
            var open = 0;
            var behind = 0L;
            foreach (var file in _byIdentity.Values)
            {
                open += file.Harvester.IsOpen ? 1 : 0;
                behind += file.IsIgnored ? 0 : Math.Max(0, file.LengthKnown - AckedPosition(file));
            }

            return (_byIdentity.Count, open, behind);
        }
    }

    /// <summary>Each file that is known.</summary>
    public IReadOnlyList<AgentFile> Describe()
    {
        lock (_filesLock)
        {
            return [.. _byIdentity.Values.Select(file => new AgentFile(
                file.Harvester.Path, Id, file.LengthKnown, AckedPosition(file), file.Harvester.IsOpen,
                file.IsIgnored))];
        }
    }

    /// <summary>Bytes of a file that its target has.</summary>
    private long AckedPosition(TrackedFile file) => file.Harvester.State is { } state
        ? _context.Registry.AckedPosition(state).Position
        : file.Harvester.Position;

    /// <summary>Stops looking. Open files stay open until <see cref="DisposeAsync"/>: they may be read still.</summary>
    public async Task StopAsync()
    {
        _watcher?.Dispose();
        await _work.StopAsync();
    }

    /// <summary>Stops looking, and closes all files: nothing more is read.</summary>
    public async Task CloseAsync()
    {
        await StopAsync();
        foreach (var file in _byIdentity.Values)
        {
            using var turn = file.Scheduled.Take();
            turn.Harvester.Detach();
        }
    }

    /// <summary>Whether all that was read, here and in incarnations that ended, is acknowledged.</summary>
    public bool IsAcknowledged()
    {
        lock (_filesLock)
        {
            return _byIdentity.Values.All(static file => file.Harvester.IsAcknowledged)
                && _context.Ended.AreAcknowledged();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _work.DisposeAsync();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await _signal.WaitAsync(UntilNextDuty(), stopping);
                HandleChanges();
                if (IsScanDue())
                {
                    Scan(seekToTail: false);
                }

                if (_time.GetTimestamp() >= _nextMaintenanceAt)
                {
                    Maintain();
                    _nextMaintenanceAt = After(MaintenanceInterval);
                }
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                // Whatever went wrong with one look, the next one is taken.
                _context.Counters.AddError();
                Log.ProspectorFailed(_logger, _options.Id, error);
                _nextScanAt = After(_options.CheckInterval);
                _nextMaintenanceAt = After(MaintenanceInterval);
            }
        }
    }

    /// <summary>Called on the watcher's thread.</summary>
    private void OnDirectoryChange(DirectoryChange change)
    {
        lock (_changesLock)
        {
            _scanWanted |= change.Kind != DirectoryChangeKind.Modified;
            if (change.Kind == DirectoryChangeKind.Overflow || _changes.Count >= ChangesMax)
            {
                _changesOverflowed = true;
            }
            else if (change.Kind != DirectoryChangeKind.Entries)
            {
                // What was made and then written is new still.
                var path = Path.Combine(change.Directory, change.Name);
                if (!_changes.TryAdd(path, change.Kind))
                {
                    if (change.Kind == DirectoryChangeKind.Modified)
                    {
                        return;
                    }

                    _changes[path] = change.Kind;
                }
            }
        }

        _signal.Set();
    }

    private void HandleChanges()
    {
        KeyValuePair<string, DirectoryChangeKind>[] changes;
        bool overflowed;
        lock (_changesLock)
        {
            changes = [.. _changes];
            _changes.Clear();
            overflowed = _changesOverflowed;
            _changesOverflowed = false;
            _scanWanted |= overflowed;
        }

        foreach (var (path, kind) in changes)
        {
            try
            {
                HandleChange(path, kind);
            }
            catch (Exception error)
            {
                NoteFailure(path, FindByPath(path), error);
            }
        }

        if (overflowed)
        {
            // As many may have changed as there are.
            foreach (var file in _byIdentity.Values)
            {
                TryTouch(file);
            }
        }
    }

    private void HandleChange(string path, DirectoryChangeKind kind)
    {
        if (kind == DirectoryChangeKind.Appeared)
        {
            Appear(path);
        }
        else if (FindByPath(path) is { } file)
        {
            if (kind == DirectoryChangeKind.Vanished)
            {
                LookSoon(file);
            }
            else
            {
                Touch(file);
            }
        }
    }

    private TrackedFile? FindByPath(string path) =>
        _byPath.GetValueOrDefault(path) ?? _byTarget.GetValueOrDefault(path);

    private void TryTouch(TrackedFile file)
    {
        try
        {
            Touch(file);
        }
        catch (Exception error)
        {
            NoteFailure(file.Harvester.Path, file, error);
        }
    }

    /// <summary>The file has, or may have, more to read.</summary>
    private void Touch(TrackedFile file)
    {
        if (file.IsIgnored)
        {
            // An old file that is written again: the next scan sees its new time.
            RequestScan();
        }
        else if (file.Harvester.IsOpen)
        {
            file.PollPause = _options.Config.BackoffInit;
            if (_options.FlushAfter is not null)
            {
                LookAgain(file, MaintenanceInterval);
            }

            file.Scheduled.Wake();
        }
        else if (!_warned.Contains(file.Harvester.Path))
        {
            Open(file);
        }
    }

    private bool IsScanDue()
    {
        var now = _time.GetTimestamp();
        lock (_changesLock)
        {
            if (now < _nextScanAt && !(_scanWanted && now >= _earliestScanAt))
            {
                return false;
            }

            _scanWanted = false;
            return true;
        }
    }

    private void RequestScan()
    {
        lock (_changesLock)
        {
            _scanWanted = true;
        }

        _signal.Set();
    }

    private TimeSpan UntilNextDuty()
    {
        var next = Math.Min(_nextScanAt, _nextMaintenanceAt);
        lock (_changesLock)
        {
            next = _scanWanted ? Math.Min(next, _earliestScanAt) : next;
        }

        var left = _time.GetElapsedTime(_time.GetTimestamp(), next);
        return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left;
    }

    private long After(TimeSpan time) =>
        _time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency);

    /// <summary>Says something about a path once, until it is fine again.</summary>
    private bool IsFirstWarning(string path) => _warned.Add(path);

    private void IsFineAgain(string path)
    {
        _warned.Remove(path);
        if (_failing.Remove(path))
        {
            Volatile.Write(ref _failingCount, _failing.Count);
        }
    }

    private void IsFailing(string path)
    {
        if (_failing.Add(path))
        {
            Volatile.Write(ref _failingCount, _failing.Count);
        }
    }
}
