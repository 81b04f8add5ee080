namespace LogFlow.Queue.Storage;

/// <summary>How a <see cref="LogManager"/> works.</summary>
public sealed record LogManagerOptions
{
    /// <summary>Where everything is kept. Created where needed; locked while open. Kafka's <c>log.dirs</c>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>What topics without own settings use (Kafka's <c>log.*</c> broker settings).</summary>
    public TopicConfig DefaultTopicConfig { get; init; } = TopicConfig.Default;

    /// <summary>Matches Kafka's <c>log.retention.check.interval.ms</c>.</summary>
    public TimeSpan RetentionCheckInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How often recovery points are written while there are appends. Matches Kafka's
    /// <c>log.flush.offset.checkpoint.interval.ms</c>.
    /// </summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A checkpoint is also due after so many bytes: what an unclean start has to scan stays below it.
    /// </summary>
    public long CheckpointBytes { get; init; } = 1L << 30;

    /// <summary>
    /// From this size on, what is read stays in its file, to be sent piece by piece (<see cref="FileRegion"/>).
    /// </summary>
    public int RegionBytesMin { get; init; } = 64 << 10;

    /// <summary>
    /// Disk space that is held back so that offset commits and checkpoints still work when the disk is full.
    /// </summary>
    public long ReserveBytes { get; init; } = 8 << 20;

    /// <summary>Matches Kafka's <c>producer.id.expiration.ms</c>.</summary>
    public TimeSpan ProducerIdExpiration { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Files that were not used for so long are closed; they open again on use.</summary>
    public TimeSpan IdleFileTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Matches Kafka's <c>log.cleaner.enable</c>.</summary>
    public bool IsCleanerEnabled { get; init; } = true;

    /// <summary>How often compaction looks for work. Matches Kafka's <c>log.cleaner.backoff.ms</c>.</summary>
    public TimeSpan CleanerBackoff { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Memory of compaction's key map (<c>log.cleaner.dedupe.buffer.size</c>; Kafka: 128 MiB). A log with more keys
    /// than fit is cleaned in several passes.
    /// </summary>
    public long CleanerBufferBytes { get; init; } = 32 << 20;

    /// <summary>
    /// What the records of one batch may decompress to, where that is more than the batch itself: a larger batch is
    /// refused. What a consumer of ours takes by default.
    /// </summary>
    public int DecompressedBytesMax { get; init; } = 32 << 20;

    /// <summary>Which boot of the machine this is; empty: not known. Replaced by tests.</summary>
    public Guid BootId { get; init; } = Storage.BootId.Read();

    /// <summary>Descriptors held for the log; null: of the operating system. Replaced by tests.</summary>
    internal DescriptorReserve? Descriptors { get; init; }

    /// <summary>The disk; replaced by tests.</summary>
    public IFileSystem FileSystem { get; init; } = DiskFileSystem.Instance;
}
