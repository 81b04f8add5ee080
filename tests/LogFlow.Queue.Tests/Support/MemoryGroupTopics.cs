namespace LogFlow.Queue.Tests;

/// <summary>Topics that a test makes, grows and removes.</summary>
internal sealed class MemoryGroupTopics : IGroupTopics
{
    private readonly Dictionary<string, GroupTopic> _topics = [];

    public long Version { get; private set; }

    public IEnumerable<GroupTopic> All => _topics.Values;

    public GroupTopic? Find(string name) => _topics.TryGetValue(name, out var topic) ? topic : null;

    public GroupTopic? Find(Guid id)
    {
        foreach (var topic in _topics.Values)
        {
            if (topic.Id == id)
            {
                return topic;
            }
        }

        return null;
    }

    /// <summary>Makes the topic, or gives it another number of partitions.</summary>
    public Guid Set(string name, int partitions)
    {
        var id = Find(name)?.Id ?? new Guid((int)Version + 1, 0, 0, new byte[8]);
        _topics[name] = new GroupTopic(name, id, partitions);
        Version++;
        return id;
    }

    public void Remove(string name)
    {
        _topics.Remove(name);
        Version++;
    }
}
