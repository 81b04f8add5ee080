using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Reads partitions that its owner names, without a group: nothing of it is known or left at the broker. Fetching and
/// decompression run by themselves until disposal. All members may be used concurrently, but one poll at a time.
/// </summary>
public sealed class PartitionConsumer : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(1);

    private readonly KafkaClient _client;
    private readonly PartitionConsumerOptions _options;
    private readonly BackgroundWork _work = new();
    private readonly PartitionStreams _streams;
    private readonly Fetcher _fetcher;
    private int _disposed;

    /// <summary>Starts without a partition.</summary>
    public PartitionConsumer(KafkaClient client, PartitionConsumerOptions options)
    {
        // Without members and commits, what is left of a group's options is how to fetch.
        var fetchOptions = new GroupConsumerOptions
        {
            GroupId = "",
            Topics = [],
            AutoOffsetReset = options.AutoOffsetReset,
            IsolationLevel = options.IsolationLevel,
            PrefetchBytesMax = options.PrefetchBytesMax,
            DeliversUndecodable = options.DeliversUndecodable,
        };
        _client = client;
        _options = options;
        _streams = new PartitionStreams(fetchOptions, client.Time, _work);
        var resolver = new OffsetResolver(client, fetchOptions) { StartOffset = FindStartAsync };
        var logger = client.Loggers.CreateLogger<PartitionConsumer>();
        _fetcher = new Fetcher(client, fetchOptions, _streams, resolver, _work, logger);
        _work.FailTheReader(_streams);
        _fetcher.Start();
    }

    /// <summary>
    /// Reads a partition from an offset on. With the topic's id a topic that is deleted and made anew starts over;
    /// with an empty one that is not noticed.
    /// </summary>
    public void Assign(TopicPartition partition, Guid topicId, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        _streams.Add(partition, topicId);
        _streams.TrySeek(partition, offset);
        _streams.Release([partition]);
    }

    /// <summary>Reads a partition no more, and forgets what was read ahead of it.</summary>
    public void Unassign(TopicPartition partition) => _streams.Remove([partition]);

    /// <summary>
    /// The records of one batch of one partition, each partition in turn; waits until there are some. The caller
    /// disposes it.
    /// </summary>
    /// <exception cref="KafkaException">A partition cannot be read on: not authorised, offset out of range.</exception>
    public async ValueTask<ConsumedBatch> PollAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_streams.TryTake() is { } batch)
            {
                return batch;
            }

            await _streams.Delivered.WaitAsync(PollInterval, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        // Twice: a connection may have been on its way.
        var stopping = _work.StopAsync();
        await _fetcher.CloseAsync();
        await stopping;
        await _fetcher.CloseAsync();
        _streams.Dispose();
        await _work.DisposeAsync();
    }

    /// <summary>Asked for a topic that was made anew: its offsets have nothing to do with the old one's.</summary>
    private async ValueTask<long?> FindStartAsync(
        TopicPartition partition, Guid topicId, CancellationToken cancellationToken)
    {
        var isLatest = _options.AutoOffsetReset == AutoOffsetReset.Latest;
        var query = new OffsetQuery(
            _client, isLatest ? ListedOffset.Latest : ListedOffset.Earliest, _options.IsolationLevel);
        var found = await query.FindAsync(partition, cancellationToken);
        return found.Offset;
    }
}
