namespace LogFlow.Kafka.Client;

/// <summary>
/// A member of a consumer group. Names and, unless said otherwise, defaults are those of Kafka's consumer.
/// </summary>
public sealed record GroupConsumerOptions
{
    /// <summary>Kafka <c>group.id</c>.</summary>
    public required string GroupId { get; init; }

    /// <summary>The topics to read; one that does not exist yet is read from when it does.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>
    /// Kafka <c>group.instance.id</c>: a name that stays with this member over restarts. Its partitions then wait for
    /// it for the session timeout, and it does not leave the group when it stops. Null for an ordinary member.
    /// </summary>
    public string? GroupInstanceId { get; init; }

    /// <summary>
    /// In order of preference. While members with different lists come and go the group settles on what all have. The
    /// group moves cooperatively only if every assignor listed does.
    /// </summary>
    public IReadOnlyList<GroupAssignor> Assignors { get; init; } = [GroupAssignor.CooperativeSticky];

    /// <summary>
    /// Kafka <c>auto.offset.reset</c>; theirs is latest, which loses what came before the first start.
    /// </summary>
    public AutoOffsetReset AutoOffsetReset { get; init; } = AutoOffsetReset.Earliest;

    public IsolationLevel IsolationLevel { get; init; } = IsolationLevel.ReadUncommitted;

    /// <summary>Kafka <c>session.timeout.ms</c>.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Kafka <c>heartbeat.interval.ms</c>.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long the group waits for members to finish their revoked partitions and join again; Kafka takes
    /// <c>max.poll.interval.ms</c> for it.
    /// </summary>
    public TimeSpan RebalanceTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Decompressed bytes fetched ahead of the poller, all partitions together.</summary>
    public long PrefetchBytesMax { get; init; } = 32L * 1024 * 1024;

    /// <summary>Kafka <c>fetch.max.bytes</c> (theirs: 50 MB); it bounds the compressed bytes held per broker.</summary>
    public int FetchBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Kafka <c>max.partition.fetch.bytes</c>.</summary>
    public int PartitionFetchBytesMax { get; init; } = 1024 * 1024;

    /// <summary>Kafka <c>fetch.min.bytes</c>.</summary>
    public int FetchBytesMin { get; init; } = 1;

    /// <summary>Kafka <c>fetch.max.wait.ms</c>.</summary>
    public TimeSpan FetchWaitMax { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What one batch may decompress to; a larger one is undecodable.</summary>
    public int BatchBytesMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// A batch that will never decode is delivered as <see cref="ConsumedBatch.Undecodable"/> after some tries, and
    /// reading goes on behind it. Only for who puts such batches aside: without it the partition waits there for ever.
    /// </summary>
    public bool DeliversUndecodable { get; init; }

    /// <summary>Kafka <c>allow.auto.create.topics</c>.</summary>
    public bool AllowAutoCreateTopics { get; init; } = true;
}
