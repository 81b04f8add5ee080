using System.Buffers.Binary;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The files of a data directory that are not a topic's:
/// <code>
/// meta            cluster id 16 bytes, leader epoch int32 (see ChecksummedFile)
/// clean-shutdown  empty; there while the queue is stopped cleanly, removed before anything else is done
/// checkpoint      see Checkpoint
/// reserve         held-back space, see DiskSpace
/// topics/ID/      see TopicManifest; ID is the topic's id in base64url
/// topics/ID/N/    partition N: segments, indexes, .damaged files
/// state/NAME      see StateLog
/// </code>
/// </summary>
internal sealed partial class DataDirectory(IFileSystem files, string path, TimeProvider time, ILogger logger)
{
    private const int MetaSize = 20;

    // An epoch that is above every one given out before, where the file that counts them is lost.
    private static readonly DateTimeOffset EpochOfEpochs = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _metaPath = Path.Combine(path, "meta");
    private readonly string _cleanPath = Path.Combine(path, "clean-shutdown");

    public string TopicsPath { get; } = Path.Combine(path, "topics");

    public string StatePath { get; } = Path.Combine(path, "state");

    public string CheckpointPath { get; } = Path.Combine(path, Checkpoint.FileName);

    public Guid ClusterId { get; private set; }

    public int LeaderEpoch { get; private set; }

    public bool WasStoppedCleanly { get; private set; }

    /// <summary>Finds out how the last stop was, and counts the epoch up where it was not a clean one.</summary>
    public void Open()
    {
        files.CreateDirectory(TopicsPath);
        files.CreateDirectory(StatePath);
        var isNew = !ReadMeta();
        WasStoppedCleanly = isNew || files.FileExists(_cleanPath);
        if (isNew)
        {
            ClusterId = Guid.NewGuid();
        }
        else if (!WasStoppedCleanly)
        {
            LeaderEpoch++;
        }

        if (isNew || !WasStoppedCleanly)
        {
            WriteMeta();
        }

        files.DeleteFile(_cleanPath);
        files.SyncDirectory(path);
    }

    public Checkpoint ReadCheckpoint()
    {
        try
        {
            return ChecksummedFile.Read(files, CheckpointPath) is { } payload
                ? Checkpoint.Parse(payload)
                : new Checkpoint();
        }
        catch (InvalidDataException error)
        {
            Log.CheckpointDamaged(logger, error, CheckpointPath);
            WasStoppedCleanly = false;
            return new Checkpoint();
        }
    }

    public void MarkStoppedCleanly()
    {
        using (var file = files.OpenOrCreate(_cleanPath))
        {
            file.SyncData();
        }

        files.SyncDirectory(path);
    }

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

    private bool ReadMeta()
    {
        try
        {
            var payload = ChecksummedFile.Read(files, _metaPath);
            if (payload is null)
            {
                return false;
            }

            if (payload.Length != MetaSize)
            {
                throw new InvalidDataException($"{_metaPath} has an unknown size");
            }

            ClusterId = new Guid(payload.AsSpan(0, 16), bigEndian: true);
            LeaderEpoch = BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(16));
            return true;
        }
        catch (InvalidDataException error)
        {
            ClusterId = Guid.NewGuid();
            LeaderEpoch = (int)(time.GetUtcNow() - EpochOfEpochs).TotalSeconds;
            files.DeleteFile(_cleanPath);
            Log.MetaDamaged(logger, error, _metaPath, ClusterId);
            return true;
        }
    }

    private void WriteMeta()
    {
        var payload = new byte[MetaSize];
        ClusterId.TryWriteBytes(payload, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(16), LeaderEpoch);
        ChecksummedFile.Replace(files, _metaPath, payload);
    }

    private static partial class Log
    {
        [LoggerMessage(2080, LogLevel.Warning, "The checkpoint {Path} is damaged; all logs are scanned instead.")]
        public static partial void CheckpointDamaged(ILogger logger, Exception error, string path);

        [LoggerMessage(2081, LogLevel.Error,
            "{Path} is damaged. The queue goes on with a new cluster id, {ClusterId}; topics and records are not "
            + "affected.")]
        public static partial void MetaDamaged(ILogger logger, Exception error, string path, Guid clusterId);
    }
}
