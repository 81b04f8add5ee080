using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

internal sealed partial class GroupMembership
{
    private static partial class Log
    {
        [LoggerMessage(1260, LogLevel.Information,
            "Group {GroupId}: joined generation {Generation} as {MemberId}; {Count} partitions assigned.")]
        public static partial void Joined(ILogger logger, string groupId, int generation, string memberId, int count);

        [LoggerMessage(1261, LogLevel.Debug, "Group {GroupId}: {Count} partitions revoked.")]
        public static partial void Revoked(ILogger logger, string groupId, int count);

        [LoggerMessage(1262, LogLevel.Warning,
            "Group {GroupId} had given up on this member; {Count} partitions are lost. What was processed since the " +
            "last commit may be processed again. Joining anew.")]
        public static partial void Lost(ILogger logger, string groupId, int count);

        [LoggerMessage(1263, LogLevel.Information, "Group {GroupId}: topics have changed; dividing them anew.")]
        public static partial void TopicsChanged(ILogger logger, string groupId);

        [LoggerMessage(1267, LogLevel.Information,
            "Group {GroupId}: the division that this member found in force leaves out partitions that have come since; " +
            "dividing them anew.")]
        public static partial void PartitionsUnassigned(ILogger logger, string groupId);

        [LoggerMessage(1264, LogLevel.Warning, "Group {GroupId} could not be left: {Reason}")]
        public static partial void NotLeft(ILogger logger, string groupId, string reason);

        [LoggerMessage(1265, LogLevel.Error, "Group {GroupId} cannot go on.")]
        public static partial void Failed(ILogger logger, string groupId, Exception exception);

        [LoggerMessage(1266, LogLevel.Debug, "Group {GroupId}: heartbeat answered with {Error}.")]
        public static partial void Heartbeat(ILogger logger, string groupId, ErrorCode error);
    }
}
