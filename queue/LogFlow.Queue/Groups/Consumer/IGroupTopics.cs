namespace LogFlow.Queue;

/// <summary>The topics that consumer groups may subscribe to.</summary>
internal interface IGroupTopics
{
    /// <summary>Rises with every change; while it stays, so do the topics.</summary>
    long Version { get; }

    IEnumerable<GroupTopic> All { get; }

    GroupTopic? Find(string name);

    GroupTopic? Find(Guid id);
}
