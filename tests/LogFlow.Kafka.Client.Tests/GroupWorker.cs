using System.Collections.Concurrent;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>
/// What a processor does: takes batches, "processes" each record into a shared ledger in the moment it commits, gives
/// up partitions when asked to.
/// </summary>
internal sealed class GroupWorker : IRebalanceListener, IAsyncDisposable
{
    private readonly KafkaClient _client;
    private readonly ConcurrentDictionary<(TopicPartition, long), int> _ledger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _working = new(1);
    private readonly HashSet<TopicPartition> _mine = [];
    private readonly Task _running;

    public GroupWorker(
        string address, GroupConsumerOptions options, ConcurrentDictionary<(TopicPartition, long), int> ledger)
    {
        _client = Some.Client(address);
        _ledger = ledger;
        Consumer = new GroupConsumer(_client, options, NullLoggerFactory.Instance) { RebalanceListener = this };
        _running = Task.Run(RunAsync);
    }

    public GroupConsumer Consumer { get; }

    public int RevokedCount { get; private set; }

    public int LostCount { get; private set; }

    public ValueTask OnAssignedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        lock (_mine)
        {
            _mine.UnionWith(partitions);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask OnRevokedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        // Lets the batch in hand be finished and committed.
        await _working.WaitAsync(cancellationToken);
        RevokedCount += partitions.Count;
        lock (_mine)
        {
            _mine.ExceptWith(partitions);
        }

        _working.Release();
    }

    public ValueTask OnLostAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        LostCount += partitions.Count;
        lock (_mine)
        {
            _mine.ExceptWith(partitions);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        await Consumer.DisposeAsync();
        await _client.DisposeAsync();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var batch = await Consumer.PollAsync(_stopping.Token);
                await _working.WaitAsync(_stopping.Token);
                try
                {
                    bool isMine;
                    lock (_mine)
                    {
                        isMine = _mine.Contains(batch.TopicPartition);
                    }

                    // Taken just before it was revoked: the next owner reads it again, as it was not committed.
                    if (isMine)
                    {
                        await ProcessAsync(batch);
                    }
                }
                finally
                {
                    _working.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test ends.
        }
    }

    private async Task ProcessAsync(ConsumedBatch batch)
    {
        await Consumer.CommitAsync(
            new Dictionary<TopicPartition, long> { [batch.TopicPartition] = batch.NextOffset }, CancellationToken.None);
        foreach (var record in batch.Records)
        {
            _ledger.AddOrUpdate((batch.TopicPartition, record.Offset), 1, static (_, count) => count + 1);
        }
    }
}
