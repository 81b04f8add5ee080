namespace LogFlow.Queue;

/// <summary>A member as an assignor sees it.</summary>
/// <param name="MemberId">The id; what it is given comes back under it.</param>
/// <param name="InstanceId">A static member's name, which survives the process.</param>
/// <param name="Topics">What it subscribes to and exists, each topic once.</param>
/// <param name="Current">The target assignment of before, from which a sticky assignor starts.</param>
internal sealed record AssignmentInput(
    string MemberId, string? InstanceId, IReadOnlyList<GroupTopic> Topics, PartitionAssignment Current);
