using System.Diagnostics.CodeAnalysis;
using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>Topics as requests name them: by name or id, made on first use where that is allowed.</summary>
internal sealed class TopicCatalog(LogManager logs, QueueConfig config)
{
    private const int NameLengthMax = 249;

    public LogManager Logs => logs;

    public QueueConfig Config => config;

    /// <summary>Kafka's rules: 1 to 249 of letters, digits, '.', '_', '-'; not "." or "..".</summary>
    public static bool IsValidName(string name)
    {
        if (name.Length is 0 or > NameLengthMax || name is "." or "..")
        {
            return false;
        }

        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    public bool Contains(string topic, int partition) => TryGetPartition(logs.FindTopic(topic), partition, out _);

    /// <summary>The partition, or the error that a client expects where there is none.</summary>
    public ErrorCode Find(string topic, int partition, out PartitionLog? log) =>
        TryGetPartition(logs.FindTopic(topic), partition, out log) ? ErrorCode.None
            : logs.IsHeld(topic) ? ErrorCode.KafkaStorageError
            : ErrorCode.UnknownTopicOrPartition;

    public static bool TryGetPartition(Topic? topic, int partition, [NotNullWhen(true)] out PartitionLog? log)
    {
        log = topic is not null && (uint)partition < (uint)topic.Partitions.Count ? topic.Partitions[partition] : null;
        return log is not null;
    }

    /// <summary>The topic, made with num.partitions where it does not exist and <paramref name="mayCreate"/>.</summary>
    public async ValueTask<(ErrorCode Error, Topic? Topic)> FindOrCreateAsync(string name, bool mayCreate)
    {
        if (logs.FindTopic(name) is { } existing)
        {
            return (ErrorCode.None, existing);
        }

        if (!IsValidName(name))
        {
            return (ErrorCode.InvalidTopicException, null);
        }

        if (logs.IsHeld(name))
        {
            return (ErrorCode.KafkaStorageError, null);
        }

        if (!mayCreate || !config.AutoCreateTopicsEnable)
        {
            return (ErrorCode.UnknownTopicOrPartition, null);
        }

        var created = await logs.CreateTopicAsync(name, config.NumPartitions);
        return created.Error switch
        {
            ErrorCode.None or ErrorCode.TopicAlreadyExists => (ErrorCode.None, created.Topic),
            ErrorCode.KafkaStorageError => (ErrorCode.LeaderNotAvailable, null),
            _ => (created.Error, null),
        };
    }
}
