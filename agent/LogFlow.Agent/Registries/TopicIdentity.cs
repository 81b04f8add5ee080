namespace LogFlow.Agent;

/// <summary>The topic that positions and sequences belong to. A topic made anew has another id.</summary>
internal readonly record struct TopicIdentity(string Name, Guid Id, int PartitionCount);
