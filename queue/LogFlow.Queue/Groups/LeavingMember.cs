namespace LogFlow.Queue;

/// <summary>
/// A member that is to leave; a static one may be named by its instance alone (an operator does that).
/// </summary>
internal readonly record struct LeavingMember(string MemberId, string? InstanceId, string Reason);
