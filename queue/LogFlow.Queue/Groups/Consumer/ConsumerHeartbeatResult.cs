using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What a member is told.</summary>
internal sealed record ConsumerHeartbeatResult
{
    public ErrorCode Error { get; init; }

    public string? Message { get; init; }

    public string? MemberId { get; init; }

    public int MemberEpoch { get; init; }

    public int HeartbeatIntervalMs { get; init; }

    /// <summary>Null: as before.</summary>
    public PartitionAssignment? Assignment { get; init; }

    public static ConsumerHeartbeatResult Failed(ErrorCode error, string? message = null) =>
        new() { Error = error, Message = message };
}
