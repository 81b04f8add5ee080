namespace LogFlow.Queue.Storage;

/// <summary>A topic and its partitions. What changes is swapped whole, so readers need no lock.</summary>
public sealed class Topic
{
    private volatile PartitionLog[] _partitions = [];
    private volatile TopicConfig _config;

    internal Topic(string name, Guid id, TopicConfig config)
    {
        Name = name;
        Id = id;
        _config = config;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>A UUID made with the topic: a topic of the same name that is created again has another.</summary>
    public Guid Id { get; }

    /// <summary>The effective settings.</summary>
    public TopicConfig Config => _config;

    /// <summary>The partitions, by number.</summary>
    public IReadOnlyList<PartitionLog> Partitions => _partitions;

    internal void SetConfig(TopicConfig config) => _config = config;

    internal void SetPartitions(PartitionLog[] partitions) => _partitions = partitions;
}
