namespace LogFlow.Queue;

/// <summary>Distributes the partitions of the subscribed topics over a group's members.</summary>
internal interface IPartitionAssignor
{
    /// <summary>As members and <c>group.consumer.assignors</c> name it.</summary>
    string Name { get; }

    /// <summary>
    /// A partition set for every member: each partition of a topic goes to exactly one of its subscribers.
    /// </summary>
    IReadOnlyDictionary<string, PartitionAssignment> Assign(IReadOnlyList<AssignmentInput> members);
}
