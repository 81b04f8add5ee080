using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Tests;

/// <summary>What clients see after files of the queue's own were lost or damaged while it was stopped.</summary>
public sealed class LostStateTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProducerIds_LostOrDamaged_ANewProducersRecordsAreReallyStored(bool isDeleted)
    {
        using var directory = new TempDirectory();
        long first;
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            await client.CreateTopicAsync("logs");
            first = await InitProducerAsync(client);
            Assert.Equal(0, (await client.ProduceOneAsync("logs", Some.Batch(5, "a", first, 0, 0))).BaseOffset);
        }

        var path = Path.Combine(directory.Path, "state", "producer-ids");
        if (isDeleted)
        {
            File.Delete(path);
        }
        else
        {
            var bytes = await File.ReadAllBytesAsync(path);
            bytes[50] ^= 1;
            await File.WriteAllBytesAsync(path, bytes);
        }

        await using (var queue = await TestQueue.StartAsync(directory))
        {
            queue.MayLogErrors = true;
            Assert.Contains(
                queue.Logs.At(LogLevel.Error),
                line => line.StartsWith("DATA LOST", StringComparison.Ordinal)
                    && line.Contains(path, StringComparison.Ordinal));
            using var client = await queue.ConnectAsync();
            var second = await InitProducerAsync(client);
            Assert.True(second > first);
            Assert.Equal(5, (await client.ProduceOneAsync("logs", Some.Batch(5, "b", second, 0, 0))).BaseOffset);
            Assert.Equal(10, (await client.FetchOneAsync("logs", 0)).HighWatermark);
        }
    }

    [Fact]
    public async Task TopicFolder_Lost_NobodyIsGivenAnEmptyTopicInItsPlace()
    {
        using var directory = new TempDirectory();
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            using var client = await queue.ConnectAsync();
            await client.CreateTopicAsync("logs");
            await client.ProduceOneAsync("logs", Some.Batch(5));
        }

        Directory.Delete(Directory.GetDirectories(Path.Combine(directory.Path, "topics")).Single(), recursive: true);
        await using (var queue = await TestQueue.StartAsync(directory))
        {
            queue.MayLogErrors = true;
            using var client = await queue.ConnectAsync();
            var metadata = await client.AskAsync<MetadataRequest, MetadataResponse>(
                new MetadataRequest { Topics = [new() { Name = "logs" }], AllowAutoTopicCreation = true }, 8);
            Assert.Equal(ErrorCode.KafkaStorageError, metadata.Topics[0].ErrorCode);
            Assert.Equal(
                ErrorCode.KafkaStorageError, (await client.ProduceOneAsync("logs", Some.Batch())).ErrorCode);
        }
    }

    private static async Task<long> InitProducerAsync(RawClient client)
    {
        var response = await client.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 1000 }, 4);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        return response.ProducerId;
    }
}
