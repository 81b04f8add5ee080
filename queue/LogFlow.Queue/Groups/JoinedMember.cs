namespace LogFlow.Queue;

/// <summary>A member as the leader sees it when it assigns partitions.</summary>
internal readonly record struct JoinedMember(string MemberId, string? GroupInstanceId, byte[] Metadata);
