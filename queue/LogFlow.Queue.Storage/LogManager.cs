using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// All topics of a data directory. Owns the directory's lock, its one writer thread and its upkeep (retention,
/// checkpoints).
/// </summary>
public sealed partial class LogManager : IAsyncDisposable
{
    private const string DeletedSuffix = ".deleted";

    private readonly StorageContext _context;
    private readonly DataDirectory _directory;
    private readonly DirectoryLock? _lock;
    private readonly CheckpointWriter _checkpoints;
    private readonly LogUpkeep _upkeep;
    private readonly LogCleaner _cleaner;
    private readonly ConcurrentDictionary<string, Topic> _topicsByName = new(StringComparer.Ordinal);
    private long _topicsVersion;
    private readonly ConcurrentDictionary<Guid, Topic> _topicsById = new();
    private readonly ConcurrentDictionary<string, StateLog> _stateLogs = new(StringComparer.Ordinal);

    // Held while topics are created, changed or deleted.
    private readonly SemaphoreSlim _topicGate = new(1);
    private bool _isClosingFiles;
    private Task? _completion;
    private bool _isClosed;

    private LogManager(StorageContext context, DataDirectory directory, DirectoryLock? directoryLock)
    {
        _context = context;
        _directory = directory;
        _lock = directoryLock;
        _checkpoints = new CheckpointWriter(context, directory.CheckpointPath, () => Topics, BeginCheckpoint);
        _upkeep = new LogUpkeep(context, _checkpoints, () => Topics);
        _cleaner = new LogCleaner(context, () => Topics);
        context.Descriptors.Short += CloseRestingFiles;
    }

    /// <summary>A UUID made with the data directory.</summary>
    public Guid ClusterId => _directory.ClusterId;

    /// <summary>The epoch of this start: one higher after each start that follows a crash.</summary>
    public int LeaderEpoch => _context.LeaderEpoch;

    /// <summary>The last stop was a clean one, so nothing had to be recovered.</summary>
    public bool WasStoppedCleanly => _directory.WasStoppedCleanly;

    /// <summary>The disk is full: appends that need space are refused until it has some again.</summary>
    public bool IsDiskFull => _context.Space.IsFull;

    /// <summary>File descriptors are used up: nothing that can wait, such as a connection, should take one.</summary>
    public bool IsShortOfDescriptors => _context.Descriptors.IsShort;

    /// <summary>Faulted when the writer met an error it cannot go on from; then the process should end.</summary>
    public Task Completion => _completion ??= Task.WhenAny(
        _context.Writer.Completion, _upkeep.Completion, _cleaner.Completion).Unwrap();

    /// <summary>All topics, a snapshot.</summary>
    public IReadOnlyCollection<Topic> Topics => (IReadOnlyCollection<Topic>)_topicsById.Values;

    /// <summary>Rises with every change of a topic: whoever derived something from the topics looks again.</summary>
    public long TopicsVersion => Interlocked.Read(ref _topicsVersion);

    internal LogUpkeep Upkeep => _upkeep;

    internal LogCleaner Cleaner => _cleaner;

    /// <summary>Opens the directory, recovering what a crash left behind.</summary>
    /// <exception cref="DirectoryLockedException">Another process has it.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read or written.</exception>
    public static LogManager Open(
        LogManagerOptions options, ILoggerFactory loggers, TimeProvider time, IMeterFactory? meters = null)
    {
        options = options with { DataDirectory = Path.GetFullPath(options.DataDirectory) };
        var logger = loggers.CreateLogger("LogFlow.Queue.Storage");
        var files = options.FileSystem;
        files.CreateDirectory(options.DataDirectory);
        SyncName(files, options.DataDirectory);
        var directoryLock = files is DiskFileSystem ? DirectoryLock.Acquire(options.DataDirectory) : null;
        var reserve = options.Descriptors ?? DescriptorReserve.OfSystem(time, logger);
        var sparing = new SparingFileSystem(files, reserve);
        try
        {
            files = sparing;
            options = options with { FileSystem = files };
            var directory = new DataDirectory(options, time, logger);
            directory.Open();
            var metrics = new StorageMetrics(meters);
            var context = new StorageContext(
                options,
                logger,
                time,
                new LogWriter(logger, metrics),
                new DiskSpace(files, options.DataDirectory, options.ReserveBytes, logger),
                metrics,
                directory.LeaderEpoch,
                directory.IsSameBoot,
                reserve);
            var manager = new LogManager(context, directory, directoryLock);
            manager.Load();
            return manager;
        }
        catch
        {
            sparing.Dispose();
            directoryLock?.Dispose();
            throw;
        }
    }

    /// <summary>A process that was killed may have made the directory and not have synced its name.</summary>
    private static void SyncName(IFileSystem files, string directory)
    {
        try
        {
            files.SyncDirectory(Path.GetDirectoryName(directory) ?? directory);
        }
        catch (UnauthorizedAccessException)
        {
            // The directory above is not ours: somebody else has made this one.
        }
    }

    /// <summary>The topic of that name, or null.</summary>
    public Topic? FindTopic(string name) => _topicsByName.GetValueOrDefault(name);

    /// <summary>The topic with that id, or null.</summary>
    public Topic? FindTopic(Guid id) => _topicsById.GetValueOrDefault(id);

    /// <summary>Opens, or creates, a map for the queue's own state. One instance per name.</summary>
    /// <param name="name">Letters, digits and dashes.</param>
    /// <exception cref="IOException">Its file cannot be read.</exception>
    public StateLog OpenStateLog(string name)
    {
        if (TopicName.FindProblem(name) is { } problem)
        {
            throw new ArgumentException(problem, nameof(name));
        }

        return _stateLogs.GetOrAdd(name, _ => StateLog.Open(
            _context,
            Path.Combine(_directory.StatePath, name),
            new StateFileExpectation(
                _directory.CleanStop?.StateFiles.TryGetValue(name, out var mark) == true ? mark : null,
                _directory.Checkpoint.StateFiles.TryGetValue(name, out var position) ? position : null,
                _directory.IsSameBoot),
            _upkeep.Queue));
    }

    /// <summary>Completes what was accepted, writes a checkpoint that makes the next start quick, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        await _cleaner.DisposeAsync();
        await _upkeep.DisposeAsync();
        _context.Writer.Dispose();
        try
        {
            CloseFiles();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.NotClosedCleanly(_context.Logger, error, _context.Options.DataDirectory);
        }
        finally
        {
            _checkpoints.Dispose();
            _topicGate.Dispose();
            _context.Metrics.Dispose();
            _context.Descriptors.Short -= CloseRestingFiles;
            (_context.Files as IDisposable)?.Dispose();
            _lock?.Dispose();
        }
    }

    /// <summary>
    /// Files open again on use, so when descriptors are short all of them are closed, once between two groups.
    /// </summary>
    private void CloseRestingFiles()
    {
        if (Interlocked.Exchange(ref _isClosingFiles, true))
        {
            return;
        }

        _context.Writer.Enqueue(new PostedOperation(() =>
        {
            Volatile.Write(ref _isClosingFiles, false);
            foreach (var topic in Topics)
            {
                foreach (var partition in topic.Partitions)
                {
                    partition.CloseIdleFiles(idleMs: 0);
                }
            }
        }));
    }

    private void CloseFiles()
    {
        var isClean = !_context.Writer.Completion.IsFaulted;
        foreach (var topic in Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                isClean &= partition.Close();
            }
        }

        // What was not opened this time is as it was.
        var stateFiles = new Dictionary<string, StateFileMark>(
            _directory.CleanStop?.StateFiles ?? new Dictionary<string, StateFileMark>(), StringComparer.Ordinal);
        foreach (var (name, state) in _stateLogs)
        {
            stateFiles.Remove(name);
            if (state.Close() is { } mark)
            {
                stateFiles[name] = mark;
            }
        }

        if (isClean)
        {
            _directory.MarkStoppedCleanly(_checkpoints.WriteFinal(), stateFiles);
        }
    }

    private void Load()
    {
        var start = _context.Time.GetTimestamp();
        var checkpoint = _directory.Checkpoint;
        var files = _context.Files;
        var found = new HashSet<Guid>();
        var deleted = new List<string>();
        foreach (var name in files.ListDirectories(_directory.TopicsPath).Order(StringComparer.Ordinal).ToList())
        {
            var directory = Path.Combine(_directory.TopicsPath, name);
            var isDeleted = name.EndsWith(DeletedSuffix, StringComparison.Ordinal);
            if (KafkaUuid.TryParse(isDeleted ? name[..^DeletedSuffix.Length] : name, out var id))
            {
                found.Add(id);
            }

            if (isDeleted)
            {
                deleted.Add(directory);
            }
            else
            {
                LoadTopic(directory, id, checkpoint);
            }
        }

        HoldMissing(checkpoint, found);
        _context.Space.TryHoldReserve();
        _context.Writer.Start();
        if (!WasStoppedCleanly)
        {
            // So that a crash from here on has no more to scan than this one had.
            _checkpoints.WriteAsync().GetAwaiter().GetResult();
        }

        // After the checkpoint, which still knew them.
        deleted.ForEach(RemoveFolder);
        _upkeep.Start();
        _cleaner.Start();
        var elapsed = _context.Time.GetElapsedTime(start);
        Log.Opened(
            _context.Logger, _context.Options.DataDirectory, Topics.Count, Topics.Sum(topic => topic.Partitions.Count),
            elapsed.TotalMilliseconds, WasStoppedCleanly ? "cleanly" : "by a crash", LeaderEpoch);
    }

    private void LoadTopic(string directory, Guid id, Checkpoint checkpoint)
    {
        TopicManifest? manifest = null;
        try
        {
            manifest = TopicManifest.Load(_context.Files, directory, _context.Logger);
            if (manifest is null)
            {
                LoadWithoutManifest(directory, id, checkpoint);
                return;
            }

            if (FindTopic(manifest.Name) is { } other)
            {
                Log.NameTwice(_context.Logger, directory, manifest.Name, Text(other.Id));
                return;
            }

            var config = _context.Options.DefaultTopicConfig.With(manifest.Overrides, out _);
            var topic = new Topic(manifest.Name, manifest.Id, config);
            var partitions = new PartitionLog[manifest.PartitionCount];
            Parallel.For(0, partitions.Length, partition =>
                partitions[partition] = LoadPartition(topic, partition, directory, checkpoint));
            topic.SetPartitions(partitions);
            if (!WasStoppedCleanly)
            {
                // A killed process may have made the topic's files and not have synced their names.
                _context.Files.SyncDirectory(directory);
            }

            Register(topic);
        }
        catch (Exception error)
        {
            // Whatever it is, other topics are not affected. Parallel.For wraps what its bodies throw.
            var cause = (error as AggregateException)?.InnerException ?? error;
            Log.TopicNotLoaded(_context.Logger, cause, directory);
            Hold(id, manifest?.Name ?? checkpoint.Topics.GetValueOrDefault(id).Name, manifest?.PartitionCount);
        }
    }

    private PartitionLog LoadPartition(Topic topic, int partition, string topicDirectory, Checkpoint checkpoint)
    {
        var directory = PartitionPath(topicDirectory, partition);
        _context.Files.CreateDirectory(directory);
        var isKnown = checkpoint.Topics.TryGetValue(topic.Id, out var known) && partition < known.PartitionCount;
        return new PartitionLoader(_context, _checkpoints, topic, partition, directory).Load(
            checkpoint.Find(topic.Id, partition),
            checkpoint.FindSealed(topic.Id, partition),
            WasStoppedCleanly && (isKnown || checkpoint.StartNumber == 0));
    }

    private void Register(Topic topic)
    {
        WarnOfRelaxedDurability(topic);
        _topicsById[topic.Id] = topic;
        _topicsByName[topic.Name] = topic;
    }

    private void WarnOfRelaxedDurability(Topic topic)
    {
        if (topic.Config.IsDurabilityRelaxed)
        {
            Log.DurabilityRelaxed(_context.Logger, topic.Name, topic.Config.FlushMessages, topic.Config.FlushMs);
        }
    }

    private static string PartitionPath(string topicDirectory, int partition) =>
        Path.Combine(topicDirectory, partition.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static partial class Log
    {
        [LoggerMessage(2090, LogLevel.Information,
            "Opened {Directory}: {TopicCount} topics, {PartitionCount} partitions in {ElapsedMs:F0} ms; it was last "
            + "stopped {Stop}, leader epoch {LeaderEpoch}.")]
        public static partial void Opened(
            ILogger logger,
            string directory,
            int topicCount,
            int partitionCount,
            double elapsedMs,
            string stop,
            int leaderEpoch);

        [LoggerMessage(2091, LogLevel.Warning,
            "Closing {Directory} did not complete; the next start will check its logs.")]
        public static partial void NotClosedCleanly(ILogger logger, Exception error, string directory);

        [LoggerMessage(2092, LogLevel.Information,
            "The empty folder {Directory} is removed: the creation of its topic was cut off.")]
        public static partial void EmptyFolderRemoved(ILogger logger, string directory);

        [LoggerMessage(2099, LogLevel.Error,
            "DATA LOST: the folder {Directory} of topic {Topic} is missing. Its name is held: restore the folder with "
            + "the queue stopped, or put an empty one in its place to give the topic up.")]
        public static partial void FolderMissing(ILogger logger, string directory, string topic);

        [LoggerMessage(2088, LogLevel.Error,
            "The folder {Directory} holds records, but neither the file 'topic' nor its copy. The topic ({Topic}) is "
            + "not served and its name is held; restore one of the files with the queue stopped.")]
        public static partial void ManifestMissing(ILogger logger, string directory, string topic);

        [LoggerMessage(2089, LogLevel.Error,
            "The folder {Directory} holds a second topic '{Topic}' and is not served; the one with id {TopicId} is.")]
        public static partial void NameTwice(ILogger logger, string directory, string topic, string topicId);

        [LoggerMessage(2093, LogLevel.Error,
            "The topic in {Directory} cannot be loaded and is not served. Its files are left alone, its name is held.")]
        public static partial void TopicNotLoaded(ILogger logger, Exception error, string directory);

        [LoggerMessage(2094, LogLevel.Information,
            "Created topic {Topic} ({TopicId}) with {PartitionCount} partitions.")]
        public static partial void TopicCreated(ILogger logger, string topic, string topicId, int partitionCount);

        [LoggerMessage(2095, LogLevel.Information, "Deleted topic {Topic} ({TopicId}).")]
        public static partial void TopicDeleted(ILogger logger, string topic, string topicId);

        [LoggerMessage(2096, LogLevel.Warning, "The files of a deleted topic in {Directory} could not be removed yet.")]
        public static partial void FilesNotRemoved(ILogger logger, Exception error, string directory);

        [LoggerMessage(2098, LogLevel.Warning,
            "Topic {Topic} has relaxed durability (flush.messages={FlushMessages}, flush.ms={FlushMs}): records are "
            + "acknowledged before they are synced, and a power cut may lose the newest of them.")]
        public static partial void DurabilityRelaxed(ILogger logger, string topic, long flushMessages, long flushMs);

        [LoggerMessage(2097, LogLevel.Error, "Topic {Topic} could not be changed.")]
        public static partial void TopicChangeFailed(ILogger logger, Exception error, string topic);
    }
}
