using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>A partition: an append-only log of record batches.</summary>
public sealed class PartitionLog
{
    /// <summary>The topic.</summary>
    public Topic Topic => throw new NotImplementedException();

    /// <summary>Number within the topic.</summary>
    public int Partition => throw new NotImplementedException();

    /// <summary>The first offset that is there.</summary>
    public long LogStartOffset => throw new NotImplementedException();

    /// <summary>The first offset that is not durable, and so not visible.</summary>
    public long HighWatermark => throw new NotImplementedException();

    /// <summary>The first offset below which no transaction is open.</summary>
    public long LastStableOffset => HighWatermark;

    /// <summary>The epoch that new batches are stamped with; rises with every start after a crash.</summary>
    public int LeaderEpoch => throw new NotImplementedException();

    /// <summary>Bytes of all segments.</summary>
    public long SizeInBytes => throw new NotImplementedException();

    /// <summary>A write or sync failed: no appends until a restart; what is durable can be read.</summary>
    public bool IsOffline => throw new NotImplementedException();

    /// <summary>
    /// Appends one record batch; its base offset and leader epoch are set in place (the memory must be writable).
    /// The memory belongs to the log until the task completes, which is after fdatasync, whoever awaits it or not.
    /// Calls for one partition are appended in the order of the calls.
    /// </summary>
    public ValueTask<AppendResult> AppendAsync(ReadOnlyMemory<byte> batch) => throw new NotImplementedException();

    /// <summary>
    /// Reads durable batches from the one that holds <paramref name="offset"/> on, up to
    /// <paramref name="maxBytes"/>; the first is returned whole even where it is larger. Never waits for data.
    /// </summary>
    public ReadResult Read(long offset, int maxBytes) => throw new NotImplementedException();

    /// <summary>The first record whose timestamp is not below <paramref name="timestampMs"/>.</summary>
    public OffsetLookup FindOffsetByTimestamp(long timestampMs) => throw new NotImplementedException();

    /// <summary>The record with the largest timestamp.</summary>
    public OffsetLookup FindMaxTimestamp() => throw new NotImplementedException();

    /// <summary>Where an epoch ended, as OffsetForLeaderEpoch asks.</summary>
    public EpochEndOffset GetEpochEndOffset(int leaderEpoch) => throw new NotImplementedException();

    /// <summary>Moves the log's start up (DeleteRecords); -1: to the high watermark.</summary>
    public Task<ErrorCode> DeleteRecordsAsync(long beforeOffset) => throw new NotImplementedException();

    /// <summary>Is told when more can be read.</summary>
    public void AddListener(IHighWatermarkListener listener) => throw new NotImplementedException();

    /// <summary>Ends what <see cref="AddListener"/> began.</summary>
    public void RemoveListener(IHighWatermarkListener listener) => throw new NotImplementedException();
}
