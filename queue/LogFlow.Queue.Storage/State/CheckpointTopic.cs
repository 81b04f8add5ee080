namespace LogFlow.Queue.Storage;

/// <summary>A topic that a checkpoint knows: its name is held when its folder or manifest is lost.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="PartitionCount">How many partitions it had.</param>
internal readonly record struct CheckpointTopic(string Name, int PartitionCount);
