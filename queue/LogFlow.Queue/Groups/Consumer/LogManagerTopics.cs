using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>The topics of the log manager, as groups look at them.</summary>
internal sealed class LogManagerTopics(LogManager logs) : IGroupTopics
{
    public long Version => logs.TopicsVersion;

    public IEnumerable<GroupTopic> All => logs.Topics.Select(ToGroupTopic);

    public GroupTopic? Find(string name) => logs.FindTopic(name) is { } topic ? ToGroupTopic(topic) : null;

    public GroupTopic? Find(Guid id) => logs.FindTopic(id) is { } topic ? ToGroupTopic(topic) : null;

    private static GroupTopic ToGroupTopic(Topic topic) => new(topic.Name, topic.Id, topic.Partitions.Count);
}
