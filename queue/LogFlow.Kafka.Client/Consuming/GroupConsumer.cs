using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// A member of a consumer group. Joining, heartbeats, fetching and decompression run by themselves from
/// <see cref="Start"/> to disposal; <see cref="PollAsync"/> takes what has been read ahead. All members may be used
/// concurrently, but one poll at a time.
/// </summary>
public sealed class GroupConsumer : IAsyncDisposable
{
    // The owner has committed by then; what is left is telling a coordinator that may be away.
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(1);

    private readonly KafkaClient _client;
    private readonly BackgroundWork _work = new();
    private readonly PartitionStreams _streams;
    private readonly OffsetResolver _resolver;
    private readonly GroupMembership _group;
    private readonly Fetcher _fetcher;
    private readonly OffsetCommitter _committer;

    // Guards the two below.
    private readonly Lock _gate = new();
    private bool _isStarted;
    private bool _disposed;

    /// <exception cref="ArgumentException">No topics, or no assignors.</exception>
    public GroupConsumer(KafkaClient client, GroupConsumerOptions options, ILoggerFactory loggers)
    {
        if (options.Topics.Count == 0 || options.Assignors.Count == 0 || options.GroupId.Length == 0)
        {
            throw new ArgumentException("A group consumer needs a group id, topics and an assignor.", nameof(options));
        }

        var logger = loggers.CreateLogger<GroupConsumer>();
        _client = client;
        _streams = new PartitionStreams(options, client.Time, _work);
        _resolver = new OffsetResolver(client, options);
        _group = new GroupMembership(client, options, _streams, _work, logger);
        _fetcher = new Fetcher(client, options, _streams, _resolver, _work, logger);
        _committer = new OffsetCommitter(client, options, _group);
    }

    /// <summary>
    /// Says where to start reading a partition (by name and topic id) when it is assigned; null for the committed
    /// offset, else as <see cref="GroupConsumerOptions.AutoOffsetReset"/> says. Set it before <see cref="Start"/>.
    /// </summary>
    public Func<TopicPartition, Guid, CancellationToken, ValueTask<long?>>? StartOffsetResolver
    {
        get => _resolver.StartOffset;
        set => _resolver.StartOffset = value;
    }

    /// <summary>Told of partitions that come and go. Set it before <see cref="Start"/>.</summary>
    public IRebalanceListener? RebalanceListener
    {
        get => _group.Listener;
        set => _group.Listener = value;
    }

    /// <summary>The partitions that are this member's now.</summary>
    public IReadOnlyCollection<TopicPartition> Assignment => _group.Owned;

    /// <summary>The member id and generation, for logs; empty and −1 before the first join.</summary>
    public (string MemberId, int Generation) Membership => (_group.Current.MemberId, _group.Current.Generation);

    /// <summary>Joins the group in the background; the first poll does it, too.</summary>
    public void Start()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_isStarted)
            {
                return;
            }

            _isStarted = true;
        }

        _work.FailTheReader(_streams);
        _group.Start();
        _fetcher.Start();
    }

    /// <summary>Faulted when reading has ended by a failure of this side (a defect, no memory): polls fail with it.
    /// </summary>
    public Task Completion => _work.Completion;

    /// <summary>
    /// The records of one batch of one partition, each partition in turn; waits until there are some. The caller
    /// disposes it.
    /// </summary>
    /// <exception cref="KafkaException">
    /// The group or a partition cannot be read on: not authorised, fenced by a member of the same instance id, no
    /// offset to start from. It stays so; the consumer is to be disposed.
    /// </exception>
    public async ValueTask<ConsumedBatch> PollAsync(CancellationToken cancellationToken)
    {
        Start();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryPoll() is { } batch)
            {
                return batch;
            }

            await _streams.Delivered.WaitAsync(PollInterval, cancellationToken);
        }
    }

    /// <summary>What a poll would return at once, else null.</summary>
    /// <exception cref="KafkaException">As <see cref="PollAsync"/>.</exception>
    public ConsumedBatch? TryPoll() => _streams.TryTake();

    /// <summary>
    /// Stores, for each partition, the offset to go on from: <see cref="ConsumedBatch.NextOffset"/> of the last batch
    /// that is processed. Waits through rebalances and outages; concurrent calls are done one after the other.
    /// </summary>
    /// <exception cref="CommitFailedException">A partition is not this member's any more.</exception>
    /// <exception cref="KafkaException">The broker refuses.</exception>
    public Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken) =>
        _committer.CommitAsync(nextOffsets, cancellationToken);

    /// <summary>
    /// Goes on reading at this offset and forgets what was read ahead. Batches taken before are the caller's business.
    /// Has no effect on a partition that is not assigned.
    /// </summary>
    public void Seek(TopicPartition partition, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        _streams.TrySeek(partition, offset);
    }

    /// <summary>Delivers nothing of these partitions until resumed; they stay assigned.</summary>
    public void Pause(IReadOnlyCollection<TopicPartition> partitions) => _streams.SetPaused(partitions, isPaused: true);

    public void Resume(IReadOnlyCollection<TopicPartition> partitions) =>
        _streams.SetPaused(partitions, isPaused: false);

    /// <summary>
    /// Stops reading, gives the listener its revocation, and leaves the group, unless the member is static. Uncommitted
    /// offsets are not committed.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        bool isStarted;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            isStarted = _isStarted;
        }

        // Twice: a connection may have been on its way.
        var stopping = _work.StopAsync();
        await _fetcher.CloseAsync();
        await stopping;
        await _fetcher.CloseAsync();
        if (isStarted)
        {
            using var timeout = new CancellationTokenSource(LeaveTimeout, _client.Time);
            await _group.LeaveAsync(timeout.Token);
        }

        _streams.Dispose();
        await _work.DisposeAsync();
    }
}
