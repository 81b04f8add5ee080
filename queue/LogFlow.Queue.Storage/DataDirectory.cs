using System.Buffers.Binary;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The files of a data directory that are not a topic's:
/// <code>
/// meta, meta.copy  see DirectoryMeta
/// clean-shutdown   see CleanStop; removed before anything else is done
/// checkpoint       see Checkpoint
/// reserve          held-back space, see DiskSpace
/// topics/ID/       see TopicManifest; ID is the topic's id in base64url
/// topics/ID/N/     partition N: segments, indexes, .damaged files
/// state/NAME       see StateLog
/// </code>
/// A missing or damaged file never looks like an empty one: the directory is new where it holds nothing at all, and the
/// last stop was clean where all the files that say so agree. Else a start takes the path of a crash.
/// </summary>
internal sealed partial class DataDirectory(LogManagerOptions options, TimeProvider time, ILogger logger)
{
    // An epoch that is above every one given out before, where nothing is left that counts them.
    private static readonly DateTimeOffset EpochOfEpochs = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IFileSystem _files = options.FileSystem;
    private readonly string _path = options.DataDirectory;
    private readonly string _metaPath = Path.Combine(options.DataDirectory, "meta");
    private readonly string _metaCopyPath = Path.Combine(options.DataDirectory, "meta.copy");
    private readonly string _cleanPath = Path.Combine(options.DataDirectory, "clean-shutdown");

    public string TopicsPath { get; } = Path.Combine(options.DataDirectory, "topics");

    public string StatePath { get; } = Path.Combine(options.DataDirectory, "state");

    public string CheckpointPath { get; } = Path.Combine(options.DataDirectory, Checkpoint.FileName);

    public Guid ClusterId { get; private set; }

    public int LeaderEpoch { get; private set; }

    /// <summary>Counts the starts.</summary>
    public long StartNumber { get; private set; }

    public bool WasStoppedCleanly { get; private set; }

    /// <summary>The machine has not been booted since the last start: what was written then is all there.</summary>
    public bool IsSameBoot { get; private set; }

    /// <summary>What the last checkpoint says; empty where there is none that can be read.</summary>
    public Checkpoint Checkpoint { get; private set; } = new();

    /// <summary>What the state files were at the last, clean, stop; null after a crash.</summary>
    public CleanStop? CleanStop { get; private set; }

    /// <summary>Finds out how the last stop was, and counts the epoch up where it was not a clean one.</summary>
    public void Open()
    {
        _files.CreateDirectory(TopicsPath);
        _files.CreateDirectory(StatePath);
        var (clean, isFormerClean) = ReadCleanStop();
        Checkpoint = ReadCheckpoint(clean is not null);
        var meta = ReadMeta();
        var isNew = meta is null && clean is null && !isFormerClean && IsEmpty();
        ClusterId = meta?.ClusterId ?? Guid.NewGuid();
        if (meta is null && !isNew)
        {
            Log.MetaLost(logger, _metaPath, ClusterId);
        }

        WasStoppedCleanly = isNew || (meta is { } known && IsClean(known, clean, isFormerClean));
        CleanStop = WasStoppedCleanly ? clean : null;
        IsSameBoot = meta is { BootId: var boot } && boot != Guid.Empty && boot == options.BootId;
        LeaderEpoch = isNew ? 0 : WasStoppedCleanly ? meta!.Value.LeaderEpoch : NextEpoch(meta, clean);
        StartNumber = 1 + Math.Max(
            meta?.StartNumber ?? 0, Math.Max(Checkpoint.StartNumber, clean?.StartNumber ?? 0));
        var next = new DirectoryMeta(ClusterId, LeaderEpoch, StartNumber, options.BootId);
        next.Write(_files, _metaPath);
        next.Write(_files, _metaCopyPath);
        _files.DeleteFile(_cleanPath);
        _files.SyncDirectory(_path);
    }

    /// <summary>The last thing that is written at a stop.</summary>
    /// <param name="checkpointCrc">Of the checkpoint just written.</param>
    /// <param name="stateFiles">What the state files are now.</param>
    public void MarkStoppedCleanly(uint checkpointCrc, IReadOnlyDictionary<string, StateFileMark> stateFiles) =>
        new CleanStop(StartNumber, LeaderEpoch, checkpointCrc, stateFiles).Write(_files, _cleanPath);

    /// <summary>
    /// A random id. Like Kafka, none whose text begins with a dash, which commands would take for an option.
    /// </summary>
    public static Guid NewTopicId()
    {
        while (true)
        {
            var id = Guid.NewGuid();
            if (KafkaUuid.Format(id)[0] != '-')
            {
                return id;
            }
        }
    }

    /// <summary>Whether the files that say so belong to one and the same stop.</summary>
    private bool IsClean(DirectoryMeta meta, CleanStop? clean, bool isFormerClean)
    {
        if (isFormerClean && meta.StartNumber == 0)
        {
            // Stopped by a version that left an empty file.
            return Checkpoint.StartNumber == 0;
        }

        if (clean is null)
        {
            if (isFormerClean)
            {
                Log.NotOfTheLastStop(logger, _cleanPath);
            }

            return false;
        }

        var fits = clean.StartNumber == meta.StartNumber
            && clean.LeaderEpoch == meta.LeaderEpoch
            && Checkpoint.StartNumber == clean.StartNumber
            && Checkpoint.Crc == clean.CheckpointCrc;
        if (!fits)
        {
            var stale = clean.StartNumber < meta.StartNumber ? _cleanPath
                : meta.StartNumber < clean.StartNumber ? _metaPath
                : CheckpointPath;
            Log.NotOfTheLastStop(logger, stale);
        }

        return fits;
    }

    private int NextEpoch(DirectoryMeta? meta, CleanStop? clean)
    {
        var highest = Math.Max(
            Math.Max(meta?.LeaderEpoch ?? -1, clean?.LeaderEpoch ?? -1), Checkpoint.FindHighestEpoch());
        if (meta is null || Checkpoint.Count == 0)
        {
            // The batches themselves know it.
            highest = Math.Max(highest, FindHighestEpochInLogs());
        }

        return highest >= 0 ? highest + 1 : (int)(time.GetUtcNow() - EpochOfEpochs).TotalSeconds;
    }

    /// <summary>Within a partition epochs never fall, so the last batch of each has the highest.</summary>
    private int FindHighestEpochInLogs()
    {
        var highest = -1;
        foreach (var topic in _files.ListDirectories(TopicsPath).ToList())
        {
            foreach (var partition in _files.ListDirectories(Path.Combine(TopicsPath, topic)).ToList())
            {
                highest = Math.Max(highest, FindHighestEpoch(Path.Combine(TopicsPath, topic, partition)));
            }
        }

        return highest;
    }

    private int FindHighestEpoch(string directory)
    {
        var highest = -1;
        try
        {
            foreach (var name in _files.ListFiles(directory).ToList())
            {
                if (!LogSegment.TryParseName(name, out var baseOffset))
                {
                    continue;
                }

                var segment = new LogSegment(_files, directory, baseOffset, 0, isSealed: true);
                segment.SetEnd(_files.GetFileLength(segment.LogPath));
                using var scanner = new SegmentScanner(segment, 0, segment.EndPosition, verifiesCrc: false);
                while (scanner.MoveNext())
                {
                    highest = Math.Max(highest, scanner.Header.LeaderEpoch);
                }

                segment.Close();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Said where the partition is loaded.
            Log.EpochUnknown(logger, error, directory);
        }

        return highest;
    }

    private bool IsEmpty() =>
        !_files.FileExists(CheckpointPath)
        && !_files.ListDirectories(TopicsPath).Any()
        && !_files.ListFiles(StatePath).Any();

    /// <summary>The newer of the file and its copy; null where neither can be read.</summary>
    private DirectoryMeta? ReadMeta()
    {
        var meta = TryReadMeta(_metaPath);
        var copy = TryReadMeta(_metaCopyPath);
        if (copy is { } newer && (meta is null || newer.StartNumber > meta.Value.StartNumber))
        {
            Log.MetaCopyUsed(logger, _metaPath, _metaCopyPath);
            return copy;
        }

        return meta;
    }

    private DirectoryMeta? TryReadMeta(string path)
    {
        try
        {
            return DirectoryMeta.Read(_files, path);
        }
        catch (InvalidDataException error)
        {
            Log.MetaDamaged(logger, error, path);
            return null;
        }
    }

    private (CleanStop? Clean, bool IsFormer) ReadCleanStop()
    {
        try
        {
            if (_files.FileExists(_cleanPath) && _files.GetFileLength(_cleanPath) == 0)
            {
                return (null, true);
            }

            return (CleanStop.Read(_files, _cleanPath), false);
        }
        catch (InvalidDataException error)
        {
            Log.CleanStopDamaged(logger, error, _cleanPath);
            return (null, false);
        }
    }

    private Checkpoint ReadCheckpoint(bool isExpected)
    {
        try
        {
            if (ChecksummedFile.Read(_files, CheckpointPath) is { } payload)
            {
                return Checkpoint.Parse(payload);
            }

            if (isExpected)
            {
                Log.CheckpointMissing(logger, CheckpointPath);
            }
        }
        catch (InvalidDataException error)
        {
            Log.CheckpointDamaged(logger, error, CheckpointPath);
        }

        return new Checkpoint();
    }

    private static partial class Log
    {
        [LoggerMessage(2080, LogLevel.Warning, "The checkpoint {Path} is damaged; all logs are scanned instead.")]
        public static partial void CheckpointDamaged(ILogger logger, Exception error, string path);

        [LoggerMessage(2081, LogLevel.Error, "{Path} is damaged.")]
        public static partial void MetaDamaged(ILogger logger, Exception error, string path);

        [LoggerMessage(2082, LogLevel.Error,
            "{Path} and its copy are missing or damaged. The queue goes on with a new cluster id, {ClusterId}; all "
            + "logs are checked, topics and records are not affected.")]
        public static partial void MetaLost(ILogger logger, string path, Guid clusterId);

        [LoggerMessage(2083, LogLevel.Error, "{Path} is missing, damaged or older than its copy; {Copy} is used.")]
        public static partial void MetaCopyUsed(ILogger logger, string path, string copy);

        [LoggerMessage(2084, LogLevel.Error,
            "{Path} is not the one of the last stop (a copy that was put back, perhaps). It is not believed; all logs "
            + "are checked instead.")]
        public static partial void NotOfTheLastStop(ILogger logger, string path);

        [LoggerMessage(2085, LogLevel.Warning, "{Path} is damaged; all logs are checked, as after a crash.")]
        public static partial void CleanStopDamaged(ILogger logger, Exception error, string path);

        [LoggerMessage(2086, LogLevel.Error,
            "The checkpoint {Path} is missing; all logs are scanned instead. Topics and segments that may be missing, "
            + "too, cannot be named.")]
        public static partial void CheckpointMissing(ILogger logger, string path);

        [LoggerMessage(2087, LogLevel.Warning, "The leader epochs in {Path} could not be read.")]
        public static partial void EpochUnknown(ILogger logger, Exception error, string path);
    }
}
