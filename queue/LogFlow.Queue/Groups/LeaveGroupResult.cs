using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What became of one <see cref="LeavingMember"/>.</summary>
/// <param name="Error">None: it is gone, and that is durable where it has to be.</param>
/// <param name="MemberId">Whom it was, as the answer shows it.</param>
internal readonly record struct LeaveGroupResult(ErrorCode Error, string MemberId);
