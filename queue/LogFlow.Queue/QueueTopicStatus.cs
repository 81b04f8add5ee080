namespace LogFlow.Queue;

/// <summary>One topic of a <see cref="QueueStatus"/>.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Id">Its UUID.</param>
/// <param name="Partitions">Its partitions, by number.</param>
public sealed record QueueTopicStatus(string Name, Guid Id, IReadOnlyList<QueuePartitionStatus> Partitions);
