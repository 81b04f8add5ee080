using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <content>Creating, changing and deleting topics.</content>
public sealed partial class LogManager
{
    // More than a directory and a metadata answer take comfortably; Kafka itself has no limit.
    private const int PartitionCountMax = 10_000;

    // Under the topic gate.
    private long _manifestVersion;

    /// <summary>
    /// Creates a topic, durably. TopicAlreadyExists (with the topic), InvalidTopicException, InvalidPartitions,
    /// InvalidConfig, KafkaStorageError.
    /// </summary>
    public Task<TopicResult> CreateTopicAsync(
        string name, int partitionCount, IReadOnlyDictionary<string, string>? overrides = null)
    {
        overrides ??= new Dictionary<string, string>();
        if (TopicName.FindProblem(name) is { } problem)
        {
            return Task.FromResult(new TopicResult(ErrorCode.InvalidTopicException, problem, null));
        }

        if (partitionCount is < 1 or > PartitionCountMax)
        {
            return Task.FromResult(new TopicResult(
                ErrorCode.InvalidPartitions, $"Number of partitions must be between 1 and {PartitionCountMax}.", null));
        }

        var config = _context.Options.DefaultTopicConfig.With(overrides, out var configProblem);
        if (configProblem is not null)
        {
            return Task.FromResult(new TopicResult(ErrorCode.InvalidConfig, configProblem, null));
        }

        return ChangeAsync(name, () =>
        {
            if (FindTopic(name) is { } existing)
            {
                return new TopicResult(ErrorCode.TopicAlreadyExists, $"Topic '{name}' already exists.", existing);
            }

            if (IsHeld(name))
            {
                return Held(name);
            }

            var topic = new Topic(name, DataDirectory.NewTopicId(), config);
            var directory = TopicPath(topic.Id);
            _context.Files.CreateDirectory(directory);
            topic.SetPartitions(AddPartitions(topic, directory, partitionCount));
            new TopicManifest(name, topic.Id, partitionCount, overrides, NextVersion()).Save(_context.Files, directory);
            _context.Files.SyncDirectory(_directory.TopicsPath);
            Register(topic);
            Log.TopicCreated(_context.Logger, name, Text(topic.Id), partitionCount);
            return new TopicResult(ErrorCode.None, null, topic);
        });
    }

    /// <summary>Deletes a topic, durably; its files go in the background. UnknownTopicId.</summary>
    public async Task<TopicResult> DeleteTopicAsync(Guid id)
    {
        await _topicGate.WaitAsync();
        try
        {
            if (FindTopic(id) is not { } topic)
            {
                return Unknown();
            }

            await _context.Writer.RunAsync(() =>
            {
                foreach (var partition in topic.Partitions)
                {
                    partition.MarkDeleted();
                }

                return true;
            });
            var deleted = TopicPath(id) + DeletedSuffix;
            _context.Files.MoveDirectory(TopicPath(id), deleted);
            _context.Files.SyncDirectory(_directory.TopicsPath);
            _topicsById.TryRemove(id, out _);
            _topicsByName.TryRemove(KeyValuePair.Create(topic.Name, topic));
            Log.TopicDeleted(_context.Logger, topic.Name, Text(id));
            _upkeep.Queue(() => RemoveDeletedAsync(deleted));
            return new TopicResult(ErrorCode.None, null, topic);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.TopicChangeFailed(_context.Logger, error, Text(id));
            return new TopicResult(ErrorCode.KafkaStorageError, error.Message, null);
        }
        finally
        {
            Interlocked.Increment(ref _topicsVersion);
            _topicGate.Release();
        }
    }

    /// <summary>Raises the number of partitions. UnknownTopicId; InvalidPartitions where it would not rise.</summary>
    public Task<TopicResult> SetPartitionCountAsync(Guid id, int partitionCount) => ChangeAsync(Text(id), () =>
    {
        if (FindTopic(id) is not { } topic)
        {
            return Unknown();
        }

        if (partitionCount <= topic.Partitions.Count || partitionCount > PartitionCountMax)
        {
            return new TopicResult(
                ErrorCode.InvalidPartitions,
                $"The topic {topic.Name} currently has {topic.Partitions.Count} partition(s); {partitionCount} would "
                + "not be an increase.",
                topic);
        }

        var directory = TopicPath(id);
        var partitions = AddPartitions(topic, directory, partitionCount);
        new TopicManifest(topic.Name, id, partitionCount, topic.Config.Overrides, NextVersion())
            .Save(_context.Files, directory);
        topic.SetPartitions(partitions);
        return new TopicResult(ErrorCode.None, null, topic);
    });

    /// <summary>Replaces a topic's own settings. UnknownTopicId; InvalidConfig.</summary>
    public Task<TopicResult> SetTopicConfigAsync(Guid id, IReadOnlyDictionary<string, string> overrides) =>
        ChangeAsync(Text(id), async () =>
        {
            if (FindTopic(id) is not { } topic)
            {
                return Unknown();
            }

            var config = _context.Options.DefaultTopicConfig.With(overrides, out var problem);
            if (problem is not null)
            {
                return new TopicResult(ErrorCode.InvalidConfig, problem, topic);
            }

            var manifest = new TopicManifest(topic.Name, id, topic.Partitions.Count, config.Overrides, NextVersion());
            try
            {
                manifest.Save(_context.Files, TopicPath(id));
            }
            catch (IOException error) when (DiskFull.Is(error))
            {
                // A shorter retention is how people make room: it must work where there is none.
                await _context.Writer.RunAsync(() =>
                {
                    _context.Space.RunWithReserve(() => manifest.Save(_context.Files, TopicPath(id)));
                    return true;
                });
            }

            topic.SetConfig(config);
            WarnOfRelaxedDurability(topic);
            return new TopicResult(ErrorCode.None, null, topic);
        });

    private static TopicResult Unknown() => new(ErrorCode.UnknownTopicId, "There is no topic with this id.", null);

    private Task<TopicResult> ChangeAsync(string name, Func<TopicResult> change) =>
        ChangeAsync(name, () => Task.FromResult(change()));

    private async Task<TopicResult> ChangeAsync(string name, Func<Task<TopicResult>> change)
    {
        await _topicGate.WaitAsync();
        try
        {
            return await change();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.TopicChangeFailed(_context.Logger, error, name);
            return new TopicResult(ErrorCode.KafkaStorageError, error.Message, null);
        }
        finally
        {
            Interlocked.Increment(ref _topicsVersion);
            _topicGate.Release();
        }
    }

    private PartitionLog[] AddPartitions(Topic topic, string directory, int partitionCount)
    {
        var partitions = new PartitionLog[partitionCount];
        for (var partition = 0; partition < partitionCount; partition++)
        {
            if (partition < topic.Partitions.Count)
            {
                partitions[partition] = topic.Partitions[partition];
                continue;
            }

            var path = PartitionPath(directory, partition);
            _context.Files.CreateDirectory(path);
            partitions[partition] = new PartitionLoader(_context, _checkpoints, topic, partition, path)
                .Load(saved: null, known: [], isClean: false);
        }

        return partitions;
    }

    private static string Text(Guid id) => KafkaUuid.Format(id);

    private string TopicPath(Guid id) => Path.Combine(_directory.TopicsPath, KafkaUuid.Format(id));

    /// <summary>Rises with every start and every change within it, whatever the clock does.</summary>
    private long NextVersion() => (_directory.StartNumber << 32) + ++_manifestVersion;

    /// <summary>Only when no checkpoint knows the topic any more does its folder go: it would be missed.</summary>
    private async Task RemoveDeletedAsync(string path)
    {
        await _checkpoints.WriteAsync();
        RemoveFolder(path);
    }

    private void RemoveFolder(string path)
    {
        try
        {
            _context.Files.DeleteDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start tries again.
            Log.FilesNotRemoved(_context.Logger, error, path);
        }
    }
}
