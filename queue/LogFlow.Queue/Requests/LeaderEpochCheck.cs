using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>Compares the leader epoch that a client knows with the partition's (KIP-320).</summary>
internal static class LeaderEpochCheck
{
    /// <summary>The client does not check.</summary>
    public const int Unknown = -1;

    public static ErrorCode Check(int clientEpoch, int currentEpoch)
    {
        if (clientEpoch == Unknown || clientEpoch == currentEpoch)
        {
            return ErrorCode.None;
        }

        return clientEpoch < currentEpoch ? ErrorCode.FencedLeaderEpoch : ErrorCode.UnknownLeaderEpoch;
    }
}
