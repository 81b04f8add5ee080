using System.Collections.Concurrent;
using System.Diagnostics;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Benchmarks;

/// <summary>Load by our own client, as agent and processor use it: idempotent batches, acks=all.</summary>
internal sealed class OwnClientLoad(string address, LineSet lines) : IAsyncDisposable
{
    private const int BatchRecords = 2500;

    private readonly KafkaClient _client = new(
        new KafkaClientOptions { BootstrapServers = [address], ClientId = "benchmark" }, NullLoggerFactory.Instance);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    public async Task CreateTopicAsync(string topic, int partitions)
    {
        var created = await new AdminClient(_client).CreateTopicAsync(new NewTopic(topic, partitions), default);
        if (created.Error != ErrorCode.None)
        {
            throw new InvalidOperationException($"{topic}: {created.Error} {created.Message}");
        }
    }

    /// <summary>Produces as fast as acknowledgements come, five batches of a partition under way.</summary>
    public async Task ProduceAsync(string topic, int partitions, long records, CompressionType compression)
    {
        await using var sender = new PartitionSender(_client, new PartitionSenderOptions());
        await Task.WhenAll(Enumerable.Range(0, partitions).Select(partition => Task.Run(() =>
            ProducePartitionAsync(sender, new TopicPartition(topic, partition), records / partitions, compression))));
    }

    /// <summary>
    /// Produces a batch an interval, at a rate, and returns the times to the acknowledgements, sorted, in milliseconds.
    /// </summary>
    public async Task<double[]> ProduceAtRateAsync(
        string topic, double recordsPerSecond, TimeSpan interval, TimeSpan duration)
    {
        var batchRecords = (int)(recordsPerSecond * interval.TotalSeconds);
        await using var sender = new PartitionSender(_client, new PartitionSenderOptions());
        var identity = await _client.InitProducerIdAsync(default);
        var times = new ConcurrentBag<double>();
        var sends = new List<Task>();
        using var builder = new RecordBatchBuilder(batchRecords * (LineSet.LineSize + 16));
        var clock = Stopwatch.StartNew();
        for (var i = 0; clock.Elapsed < duration; i++)
        {
            var due = interval * i;
            while (due > clock.Elapsed)
            {
                await Task.Delay(1);
            }

            var batch = Build(builder, (long)i * batchRecords, batchRecords, CompressionType.None, identity);
            sends.Add(SendAsync(sender, new TopicPartition(topic, 0), batch, times));
        }

        await Task.WhenAll(sends);
        return [.. times.Order()];
    }

    /// <summary>Consumes so many records as a group.</summary>
    public async Task ConsumeAsync(string topic, long records)
    {
        await using var consumer = new GroupConsumer(
            _client,
            new GroupConsumerOptions
            {
                GroupId = $"benchmark-{Guid.NewGuid():N}",
                Topics = [topic],
                FetchBytesMax = 64 << 20,
                PartitionFetchBytesMax = 8 << 20,
            },
            NullLoggerFactory.Instance);
        for (long count = 0; count < records;)
        {
            using var batch = await consumer.PollAsync(default);
            count += batch.Count;
        }
    }

    private async Task ProducePartitionAsync(
        PartitionSender sender, TopicPartition partition, long records, CompressionType compression)
    {
        var identity = await _client.InitProducerIdAsync(default);
        using var room = new SemaphoreSlim(PartitionSenderOptions.InFlightPerPartitionLimit + 1);
        using var builder = new RecordBatchBuilder(BatchRecords * (LineSet.LineSize + 16));
        var sends = new List<Task>();
        for (long number = 0; number < records;)
        {
            var count = (int)Math.Min(BatchRecords, records - number);
            await room.WaitAsync();
            var batch = Build(builder, number, count, compression, identity);
            sends.Add(SendAsync(sender, partition, batch, times: null).ContinueWith(
                sent =>
                {
                    room.Release();
                    return sent;
                },
                TaskScheduler.Default).Unwrap());
            number += count;
        }

        await Task.WhenAll(sends);
    }

    private PooledBuffer Build(
        RecordBatchBuilder builder, long first, int count, CompressionType compression, ProducerIdentity identity)
    {
        var nowMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        for (var i = 0; i < count; i++)
        {
            builder.Append(nowMs, lines[first + i]);
        }

        return builder.Build(compression, identity.ProducerId, identity.Epoch, (int)(first & int.MaxValue));
    }

    private static async Task SendAsync(
        PartitionSender sender, TopicPartition partition, PooledBuffer batch, ConcurrentBag<double>? times)
    {
        var start = Stopwatch.GetTimestamp();
        using (batch)
        {
            var result = await sender.SendAsync(partition, batch.Memory, default);
            if (!result.IsSuccess)
            {
                throw new InvalidOperationException($"{partition}: {result.Error} {result.Message}");
            }
        }

        times?.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
