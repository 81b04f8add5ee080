namespace LogFlow.Queue;

/// <summary>What an assignor must know of a topic.</summary>
internal readonly record struct GroupTopic(string Name, Guid Id, int PartitionCount);
