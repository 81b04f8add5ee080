namespace LogFlow.Queue;

/// <summary>The queue at one moment, for status lines and consoles. Cheap: no disk is touched.</summary>
/// <param name="RecordsIn">Records accepted and durable since the start.</param>
/// <param name="BytesIn">Their record batches' bytes, as sent.</param>
/// <param name="BytesOut">Bytes of record batches handed to consumers since the start.</param>
/// <param name="BytesOnDisk">Bytes of all partitions.</param>
/// <param name="ConnectionCount">Open client connections.</param>
/// <param name="Topics">All topics.</param>
/// <param name="Groups">All consumer groups.</param>
public sealed record QueueStatus(
    long RecordsIn,
    long BytesIn,
    long BytesOut,
    long BytesOnDisk,
    int ConnectionCount,
    IReadOnlyList<QueueTopicStatus> Topics,
    IReadOnlyList<QueueGroupStatus> Groups)
{
    /// <summary>Transactions that are under way.</summary>
    public QueueTransactionStatus Transactions { get; init; }

    /// <summary>A queue that has not started.</summary>
    public static QueueStatus Empty { get; } = new(0, 0, 0, 0, 0, [], []);
}
