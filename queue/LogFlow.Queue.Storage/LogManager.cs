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
    private bool _isClosed;

    private LogManager(StorageContext context, DataDirectory directory, DirectoryLock? directoryLock)
    {
        _context = context;
        _directory = directory;
        _lock = directoryLock;
        _checkpoints = new CheckpointWriter(context, directory.CheckpointPath, () => Topics);
        _upkeep = new LogUpkeep(context, _checkpoints, () => Topics);
        _cleaner = new LogCleaner(context, () => Topics);
    }

    /// <summary>A UUID made with the data directory.</summary>
    public Guid ClusterId => _directory.ClusterId;

    /// <summary>The epoch of this start: one higher after each start that follows a crash.</summary>
    public int LeaderEpoch => _context.LeaderEpoch;

    /// <summary>The last stop was a clean one, so nothing had to be recovered.</summary>
    public bool WasStoppedCleanly => _directory.WasStoppedCleanly;

    /// <summary>The disk is full: appends that need space are refused until it has some again.</summary>
    public bool IsDiskFull => _context.Space.IsFull;

    /// <summary>Faulted when the writer met an error it cannot go on from; then the process should end.</summary>
    public Task Completion => _context.Writer.Completion;

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
        var directoryLock = files is DiskFileSystem ? DirectoryLock.Acquire(options.DataDirectory) : null;
        try
        {
            var directory = new DataDirectory(files, options.DataDirectory, time, logger);
            directory.Open();
            var metrics = new StorageMetrics(meters);
            var context = new StorageContext(
                options,
                logger,
                time,
                new LogWriter(logger, metrics),
                new DiskSpace(files, options.DataDirectory, options.ReserveBytes, logger),
                metrics,
                directory.LeaderEpoch);
            var manager = new LogManager(context, directory, directoryLock);
            manager.Load();
            return manager;
        }
        catch
        {
            directoryLock?.Dispose();
            throw;
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

        return _stateLogs.GetOrAdd(name, _ => StateLog.Open(_context, Path.Combine(_directory.StatePath, name)));
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
            _lock?.Dispose();
        }
    }

    private void CloseFiles()
    {
        var isClean = !Completion.IsFaulted;
        foreach (var topic in Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                isClean &= !partition.IsOffline;
                partition.Close();
            }
        }

        foreach (var state in _stateLogs.Values)
        {
            state.Close();
        }

        if (isClean)
        {
            _checkpoints.WriteFinal();
            _directory.MarkStoppedCleanly();
        }
    }

    private void Load()
    {
        var start = _context.Time.GetTimestamp();
        var checkpoint = _directory.ReadCheckpoint();
        var files = _context.Files;
        foreach (var name in files.ListDirectories(_directory.TopicsPath).ToList())
        {
            var directory = Path.Combine(_directory.TopicsPath, name);
            if (name.EndsWith(DeletedSuffix, StringComparison.Ordinal))
            {
                files.DeleteDirectory(directory);
            }
            else
            {
                LoadTopic(directory, checkpoint);
            }
        }

        _context.Space.TryHoldReserve();
        _context.Writer.Start();
        if (!WasStoppedCleanly)
        {
            // So that a crash from here on has no more to scan than this one had.
            _checkpoints.WriteAsync().GetAwaiter().GetResult();
        }

        _upkeep.Start();
        _cleaner.Start();
        var elapsed = _context.Time.GetElapsedTime(start);
        Log.Opened(
            _context.Logger, _context.Options.DataDirectory, Topics.Count, Topics.Sum(topic => topic.Partitions.Count),
            elapsed.TotalMilliseconds, WasStoppedCleanly ? "cleanly" : "by a crash", LeaderEpoch);
    }

    private void LoadTopic(string directory, Checkpoint checkpoint)
    {
        try
        {
            var manifest = TopicManifest.Load(_context.Files, directory, _context.Logger);
            if (manifest is null)
            {
                Log.FolderWithoutTopic(_context.Logger, directory);
                return;
            }

            var config = _context.Options.DefaultTopicConfig.With(manifest.Overrides, out _);
            var topic = new Topic(manifest.Name, manifest.Id, config);
            var partitions = new PartitionLog[manifest.PartitionCount];
            Parallel.For(0, partitions.Length, partition =>
            {
                var saved = checkpoint.Find(topic.Id, partition);
                partitions[partition] = LoadPartition(topic, partition, directory, saved);
            });
            topic.SetPartitions(partitions);
            Register(topic);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Log.TopicNotLoaded(_context.Logger, error, directory);
        }
    }

    private PartitionLog LoadPartition(Topic topic, int partition, string topicDirectory, byte[]? saved)
    {
        var directory = PartitionPath(topicDirectory, partition);
        _context.Files.CreateDirectory(directory);
        return new PartitionLoader(_context, _checkpoints, topic, partition, directory).Load(saved, WasStoppedCleanly);
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

        [LoggerMessage(2092, LogLevel.Warning,
            "The folder {Directory} holds no topic (its creation was cut off) and is left alone.")]
        public static partial void FolderWithoutTopic(ILogger logger, string directory);

        [LoggerMessage(2093, LogLevel.Error,
            "The topic in {Directory} cannot be loaded and is not served. Its files are left alone.")]
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
