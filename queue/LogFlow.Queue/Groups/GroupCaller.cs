namespace LogFlow.Queue;

/// <summary>Who a request about offsets says it comes from.</summary>
/// <param name="MemberId">Empty: no member.</param>
/// <param name="InstanceId">A static member's name.</param>
/// <param name="Generation">Generation or member epoch; below 0: a consumer that manages its partitions itself.</param>
internal readonly record struct GroupCaller(string MemberId, string? InstanceId, int Generation)
{
    /// <summary>No member is named at all.</summary>
    public bool IsNobody => MemberId.Length == 0 && InstanceId is null;
}
