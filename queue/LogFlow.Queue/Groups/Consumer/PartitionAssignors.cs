namespace LogFlow.Queue;

/// <summary>The server-side assignors by name.</summary>
internal static class PartitionAssignors
{
    /// <summary>All there are; Kafka's default for <c>group.consumer.assignors</c>, the first is the default.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [UniformPartitionAssignor.AssignorName, RangePartitionAssignor.AssignorName];

    public static IPartitionAssignor Create(string name) => name switch
    {
        UniformPartitionAssignor.AssignorName => new UniformPartitionAssignor(),
        RangePartitionAssignor.AssignorName => new RangePartitionAssignor(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such assignor"),
    };
}
