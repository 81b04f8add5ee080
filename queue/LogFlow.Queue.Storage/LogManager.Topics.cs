using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue.Storage;

/// <content>Creating, changing and deleting topics.</content>
public sealed partial class LogManager
{
    // More than a directory and a metadata answer take comfortably; Kafka itself has no limit.
    private const int PartitionCountMax = 10_000;

    private static readonly ParallelOptions ParallelCreation = new() { MaxDegreeOfParallelism = 8 };

    private long _manifestVersion;

    /// <summary>
    /// Creates a topic, durably. TopicAlreadyExists (with the topic), InvalidTopicException, InvalidPartitions,
    /// InvalidConfig, KafkaStorageError.
    /// </summary>
    public async Task<TopicResult> CreateTopicAsync(
        string name, int partitionCount, IReadOnlyDictionary<string, string>? overrides = null) =>
        (await CreateTopicsAsync(
            [new TopicCreation(name, partitionCount, overrides ?? new Dictionary<string, string>())]))[0];

    /// <summary>
    /// Creates several topics, durably, each as <see cref="CreateTopicAsync"/> does. Their syncs run side by side, and
    /// the last is one for all: hundreds in a request must not take longer than their client waits.
    /// </summary>
    /// <returns>What came of each, in their order.</returns>
    public async Task<IReadOnlyList<TopicResult>> CreateTopicsAsync(IReadOnlyList<TopicCreation> asked)
    {
        await _topicGate.WaitAsync();
        try
        {
            return Create(asked);
        }
        finally
        {
            Interlocked.Increment(ref _topicsVersion);
            _topicGate.Release();
        }
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

    private TopicResult[] Create(IReadOnlyList<TopicCreation> asked)
    {
        var results = new TopicResult?[asked.Count];
        var topics = new Topic?[asked.Count];
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < asked.Count; i++)
        {
            results[i] = Refuse(asked[i], names, out topics[i]);
        }

        Parallel.For(0, asked.Count, ParallelCreation, i =>
        {
            if (topics[i] is { } topic)
            {
                results[i] = TryChange(asked[i].Name, () => MakeFiles(topic, asked[i]));
            }
        });
        var made = Array.FindIndex(results, result => result is null);
        var synced = made < 0
            ? null
            : TryChange(asked[made].Name, () => _context.Files.SyncDirectory(_directory.TopicsPath));
        for (var i = 0; i < asked.Count; i++)
        {
            results[i] ??= synced;
            if (results[i] is null)
            {
                Register(topics[i]!);
                Log.TopicCreated(_context.Logger, asked[i].Name, Text(topics[i]!.Id), asked[i].PartitionCount);
                results[i] = new TopicResult(ErrorCode.None, null, topics[i]);
            }
        }

        return Array.ConvertAll(results, result => result!.Value);
    }

    /// <summary>Why a topic cannot be; null, and the topic, where it can.</summary>
    private TopicResult? Refuse(TopicCreation asked, HashSet<string> names, out Topic? topic)
    {
        topic = null;
        if (TopicName.FindProblem(asked.Name) is { } problem)
        {
            return new TopicResult(ErrorCode.InvalidTopicException, problem, null);
        }

        if (asked.PartitionCount is < 1 or > PartitionCountMax)
        {
            return new TopicResult(
                ErrorCode.InvalidPartitions, $"Number of partitions must be between 1 and {PartitionCountMax}.", null);
        }

        var config = _context.Options.DefaultTopicConfig.With(asked.Overrides, out var configProblem);
        if (configProblem is not null)
        {
            return new TopicResult(ErrorCode.InvalidConfig, configProblem, null);
        }

        if (FindTopic(asked.Name) is { } existing)
        {
            return new TopicResult(ErrorCode.TopicAlreadyExists, $"Topic '{asked.Name}' already exists.", existing);
        }

        if (IsHeld(asked.Name))
        {
            return Held(asked.Name);
        }

        if (!names.Add(asked.Name))
        {
            return new TopicResult(ErrorCode.InvalidRequest, $"Topic '{asked.Name}' is asked for twice.", null);
        }

        topic = new Topic(asked.Name, DataDirectory.NewTopicId(), config);
        return null;
    }

    private void MakeFiles(Topic topic, TopicCreation asked)
    {
        var directory = TopicPath(topic.Id);
        _context.Files.CreateDirectory(directory);
        var partitions = AddPartitions(topic, directory, asked.PartitionCount);
        new TopicManifest(asked.Name, topic.Id, asked.PartitionCount, asked.Overrides, NextVersion())
            .SaveNew(_context.Files, directory);
        topic.SetPartitions(partitions);
    }

    private TopicResult? TryChange(string name, Action change)
    {
        try
        {
            change();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Log.TopicChangeFailed(_context.Logger, error, name);
            return new TopicResult(ErrorCode.KafkaStorageError, error.Message, null);
        }
    }

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
    private long NextVersion() => (_directory.StartNumber << 32) + Interlocked.Increment(ref _manifestVersion);

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
