using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>A member's assignment, opaque to the broker, or why there is none.</summary>
internal sealed record SyncGroupResult(
    ErrorCode Error, string? ProtocolType = null, string? ProtocolName = null, byte[]? Assignment = null);
