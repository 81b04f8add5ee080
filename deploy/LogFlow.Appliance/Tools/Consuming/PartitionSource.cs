using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>Partitions of a topic read without a group.</summary>
internal sealed class PartitionSource : IRecordSource
{
    private readonly PartitionConsumer _consumer;
    private readonly TopicWatch _watch;
    private readonly bool _isFollowing;

    // The partitions that are not read to their end, and those ends.
    private readonly Dictionary<TopicPartition, long> _unfinished = [];

    private PartitionSource(PartitionConsumer consumer, TopicWatch watch, bool isFollowing)
    {
        _consumer = consumer;
        _watch = watch;
        _isFollowing = isFollowing;
    }

    /// <summary>Finds where each partition begins and ends, and starts reading.</summary>
    public static async Task<PartitionSource> StartAsync(
        ToolSession session, ConsumeOptions options, TopicMetadata topic, CancellationToken cancellationToken)
    {
        var ranges = await OffsetRange.FindAsync(session, [topic], cancellationToken, options.IsolationLevel);
        var consumer = new PartitionConsumer(
            session.Client, new PartitionConsumerOptions { IsolationLevel = options.IsolationLevel });
        var source = new PartitionSource(
            consumer, new TopicWatch(session.Client, options, topic), !options.IsExit);
        try
        {
            foreach (var (partition, range) in ranges)
            {
                if (options.Partition is { } only && partition.Partition != only)
                {
                    continue;
                }

                var start = await options.From.ResolveAsync(session.Admin, partition, range, cancellationToken);
                if (options.From.Kind == StartKind.Offset && start != options.From.Value)
                {
                    session.Note(
                        $"{partition} holds {range.Earliest} to {range.Latest}, not {options.From.Value}: "
                        + $"beginning with {start}");
                }

                source.Assign(partition, topic.TopicId, start, range.Latest);
            }
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }

        return source;
    }

    /// <inheritdoc/>
    public async ValueTask<ConsumedBatch?> NextAsync(CancellationToken cancellationToken)
    {
        while (_isFollowing || _unfinished.Count > 0)
        {
            using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            look.CancelAfter(TopicWatch.Interval);
            try
            {
                return await _consumer.PollAsync(look.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                await _watch.CheckAsync(cancellationToken);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public long EndOf(TopicPartition partition) =>
        _isFollowing ? long.MaxValue : _unfinished.GetValueOrDefault(partition);

    /// <inheritdoc/>
    public ValueTask OnPrintedAsync(TopicPartition partition, long nextOffset, CancellationToken cancellationToken)
    {
        if (!_isFollowing && nextOffset >= EndOf(partition) && _unfinished.Remove(partition))
        {
            _consumer.Unassign(partition);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FinishAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _consumer.DisposeAsync();

    private void Assign(TopicPartition partition, Guid topicId, long start, long end)
    {
        if (_isFollowing || start < end)
        {
            _unfinished[partition] = end;
            _consumer.Assign(partition, topicId, start);
        }
    }
}
