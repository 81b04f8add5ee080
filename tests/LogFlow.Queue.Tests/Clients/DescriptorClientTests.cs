using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Tests;

/// <summary>The real process under a small limit of open files.</summary>
public sealed class DescriptorClientTests
{
    private const int Partitions = 100;

    [Fact]
    public async Task FewDescriptors_ConnectionsAreRefusedPartitionsGoOn()
    {
        using var folder = new TempDirectory();
        await using var queue = await QueueProcess.StartWithLimitAsync(openFiles: 240, folder.Path);
        using var client = await RawClient.ConnectAsync(queue.Port);
        await client.CreateTopicAsync("logs", Partitions);

        // What the limit leaves is taken by connections first.
        var others = new List<RawClient>();
        for (var i = 0; i < 150; i++)
        {
            others.Add(await RawClient.ConnectAsync(queue.Port));
        }

        for (var partition = 0; partition < Partitions; partition++)
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    var answer = await client.ProduceAsync("logs", partition, Some.Batch(1, "x"));
                    var error = answer.Responses[0].PartitionResponses[0].ErrorCode;
                    Assert.True(error is ErrorCode.None or ErrorCode.KafkaStorageError, error.ToString());
                    return error == ErrorCode.None;
                },
                $"partition {partition} takes a record; the queue said:\n{queue.Output}");
        }

        Assert.Contains("This process may have 240 files open", queue.Output, StringComparison.Ordinal);
        Assert.Contains("Connection from", queue.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("offline", queue.Output, StringComparison.Ordinal);
        others.ForEach(other => other.Dispose());
    }
}
