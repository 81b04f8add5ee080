using System.Collections.Concurrent;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>
/// A topic read as a member of a group, which gets its share of the partitions and commits what is printed: at least
/// every second, when partitions go to another member, and at the end.
/// </summary>
internal sealed class GroupSource : IRecordSource, IRebalanceListener
{
    private static readonly TimeSpan CommitInterval = TimeSpan.FromSeconds(1);

    // How often to look whether the partitions that came are at their end.
    private static readonly TimeSpan EndInterval = TimeSpan.FromMilliseconds(100);

    private readonly ToolSession _session;
    private readonly ConsumeOptions _options;
    private readonly GroupConsumer _consumer;
    private readonly TopicWatch _watch;
    private readonly Dictionary<TopicPartition, OffsetRange> _ranges;

    // Written by the group's tasks, too.
    private readonly ConcurrentDictionary<TopicPartition, long> _positions = new();
    private readonly ConcurrentDictionary<TopicPartition, long> _uncommitted = new();
    private long _committedAt = TimeProvider.System.GetTimestamp();

    private GroupSource(
        ToolSession session,
        ConsumeOptions options,
        TopicWatch watch,
        Dictionary<TopicPartition, OffsetRange> ranges)
    {
        _session = session;
        _options = options;
        _watch = watch;
        _ranges = ranges;
        _consumer = new GroupConsumer(
            session.Client,
            new GroupConsumerOptions
            {
                GroupId = options.Group!,
                Topics = [options.Topic],
                IsolationLevel = options.IsolationLevel,
                AllowAutoCreateTopics = false,
            },
            session.Loggers)
        {
            StartOffsetResolver = FindStartAsync,
            RebalanceListener = this,
        };
    }

    /// <summary>Joins the group.</summary>
    public static async Task<GroupSource> StartAsync(
        ToolSession session, ConsumeOptions options, TopicMetadata topic, CancellationToken cancellationToken)
    {
        var ranges = await OffsetRange.FindAsync(session, [topic], cancellationToken, options.IsolationLevel);
        var source = new GroupSource(
            session, options, new TopicWatch(session.Client, options, topic), ranges);
        source._consumer.Start();
        return source;
    }

    /// <inheritdoc/>
    public async ValueTask<ConsumedBatch?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_options.IsExit && IsAtEnd())
            {
                return null;
            }

            using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            look.CancelAfter(_options.IsExit ? EndInterval : CommitInterval);
            try
            {
                return await _consumer.PollAsync(look.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                await CommitAsync(cancellationToken);
                await _watch.CheckAsync(cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public long EndOf(TopicPartition partition) =>
        _options.IsExit && _ranges.TryGetValue(partition, out var range) ? range.Latest : long.MaxValue;

    /// <inheritdoc/>
    public async ValueTask OnPrintedAsync(
        TopicPartition partition, long nextOffset, CancellationToken cancellationToken)
    {
        _positions[partition] = nextOffset;
        _uncommitted[partition] = nextOffset;
        if (TimeProvider.System.GetElapsedTime(_committedAt) >= CommitInterval)
        {
            await CommitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask FinishAsync(CancellationToken cancellationToken) => CommitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask OnAssignedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask OnRevokedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        await CommitAsync(cancellationToken);
        Forget(partitions);
    }

    /// <inheritdoc/>
    public ValueTask OnLostAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        Forget(partitions);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _consumer.DisposeAsync();

    private bool IsAtEnd()
    {
        var assigned = _consumer.Assignment;
        return assigned.Count > 0 && assigned.All(partition =>
            _positions.TryGetValue(partition, out var position) && position >= EndOf(partition));
    }

    /// <summary>Where the group has committed; else as <c>--from</c> says.</summary>
    private async ValueTask<long?> FindStartAsync(
        TopicPartition partition, Guid topicId, CancellationToken cancellationToken)
    {
        var committed = await _session.Admin.ListCommittedOffsetsAsync(
            _options.Group!, [partition], cancellationToken);
        if (!committed.TryGetValue(partition, out var start))
        {
            var range = _ranges.TryGetValue(partition, out var known) ? known : default;
            start = await _options.From.ResolveAsync(_session.Admin, partition, range, cancellationToken);
        }

        _positions[partition] = start;
        return start;
    }

    private void Forget(IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            _positions.TryRemove(partition, out _);
            _uncommitted.TryRemove(partition, out _);
        }
    }

    private async ValueTask CommitAsync(CancellationToken cancellationToken)
    {
        _committedAt = TimeProvider.System.GetTimestamp();
        var offsets = _uncommitted.ToDictionary();
        if (offsets.Count == 0)
        {
            return;
        }

        try
        {
            await _consumer.CommitAsync(offsets, cancellationToken);
        }
        catch (CommitFailedException error)
        {
            _session.Note($"{error.Message} The records printed last may be read again.");
        }
        catch (KafkaException error) when (error.Code == ErrorCode.UnknownTopicOrPartition)
        {
            // The topic is gone, which the watch tells: there is nothing left to go on with.
        }

        foreach (var pair in offsets)
        {
            // Only what was committed: more may have been printed meanwhile.
            _uncommitted.TryRemove(pair);
        }
    }
}
