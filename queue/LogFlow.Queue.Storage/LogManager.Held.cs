using System.Collections.Concurrent;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <content>
/// Topics that are known and cannot be served: a lost folder or manifest, a disk that refuses. Their names are held, so
/// that nobody is given an empty topic in the place of one that has records.
/// </content>
public sealed partial class LogManager
{
    private readonly ConcurrentDictionary<Guid, CheckpointTopic> _held = new();

    /// <summary>Names of topics that cannot be served.</summary>
    public IReadOnlyCollection<string> HeldTopics => [.. _held.Values.Select(topic => topic.Name)];

    /// <summary>Whether a topic of that name is there, but cannot be served: KAFKA_STORAGE_ERROR.</summary>
    public bool IsHeld(string name) => !_held.IsEmpty && _held.Values.Any(topic => topic.Name == name);

    /// <summary>What all partitions together know of producers.</summary>
    /// <param name="ids">Whose epochs are wanted.</param>
    public async Task<ProducerSurvey> SurveyProducersAsync(IReadOnlySet<long> ids)
    {
        var survey = new ProducerSurvey();
        foreach (var topic in Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                await partition.AddToAsync(survey, ids);
            }
        }

        return survey;
    }

    private void Hold(Guid id, string? name, int? partitionCount)
    {
        if (name is not null)
        {
            _held[id] = new CheckpointTopic(name, partitionCount ?? 0);
        }
    }

    private void HoldMissing(Checkpoint checkpoint, HashSet<Guid> found)
    {
        foreach (var (id, topic) in checkpoint.Topics)
        {
            if (!found.Contains(id) && FindTopic(topic.Name) is null)
            {
                Log.FolderMissing(_context.Logger, TopicPath(id), topic.Name);
                Hold(id, topic.Name, topic.PartitionCount);
            }
        }
    }

    private void LoadWithoutManifest(string directory, Guid id, Checkpoint checkpoint)
    {
        if (HoldsNothing(directory))
        {
            Log.EmptyFolderRemoved(_context.Logger, directory);
            RemoveFolder(directory);
            return;
        }

        var name = checkpoint.Topics.TryGetValue(id, out var topic) ? topic.Name : null;
        Log.ManifestMissing(_context.Logger, directory, name ?? "its name is not known");
        Hold(id, name, topic.PartitionCount);
    }

    /// <summary>A creation that was cut off leaves folders, and files that nothing was written to.</summary>
    private bool HoldsNothing(string directory)
    {
        var files = _context.Files;
        return !files.ListFiles(directory).Any()
            && files.ListDirectories(directory).All(partition => files
                .ListFiles(Path.Combine(directory, partition))
                .All(name => files.GetFileLength(Path.Combine(directory, partition, name)) == 0));
    }

    /// <summary>What a checkpoint says besides the partitions. Writer thread, or after it has ended.</summary>
    private Checkpoint BeginCheckpoint()
    {
        var checkpoint = new Checkpoint { StartNumber = _directory.StartNumber, LeaderEpoch = LeaderEpoch };
        foreach (var (id, topic) in _held)
        {
            checkpoint.Topics[id] = topic;
        }

        foreach (var (name, position) in _directory.Checkpoint.StateFiles)
        {
            checkpoint.StateFiles[name] = position;
        }

        foreach (var (name, state) in _stateLogs)
        {
            checkpoint.StateFiles[name] = state.Position;
        }

        return checkpoint;
    }

    private TopicResult Held(string name) => new(
        ErrorCode.KafkaStorageError,
        $"Topic '{name}' is there, but cannot be served; the queue's log says why.",
        null);
}
