using LogFlow.Kafka.Protocol;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>Malformed batches, to the queue and to a real Kafka: both answer with the same error.</summary>
public sealed class MalformedBatchComparisonTests(ITestOutputHelper output)
{
    /// <summary>Kafka stores it, and its readers then get offsets that others have; see ProduceHandler.</summary>
    private const string RefusedByUsOnly = "offset delta that does not follow";

    [RequiresFact(Requirement.Kafka)]
    public async Task MalformedBatches_QueueAndRealKafka_AnswerAlike()
    {
        using var directory = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(directory.Path);
        await using var queue = await TestQueue.StartAsync();
        using var theirs = await RawClient.ConnectAsync(kafka.Port);
        using var ours = await queue.ConnectAsync();
        await theirs.CreateTopicAsync("logs");
        await ours.CreateTopicAsync("logs");
        await WaitForLeaderAsync(theirs);
        var differences = new List<string>();
        foreach (var (name, batch) in MalformedBatches.All)
        {
            var their = await theirs.ProduceOneAsync("logs", batch);
            var our = await ours.ProduceOneAsync("logs", batch);
            output.WriteLine($"{name}: {their.ErrorCode}; {our.ErrorCode} \"{our.ErrorMessage}\"");
            if (their.ErrorCode != our.ErrorCode && name != RefusedByUsOnly)
            {
                differences.Add($"{name}: {their.ErrorCode}, not {our.ErrorCode}");
            }
        }

        Assert.Empty(differences);
    }

    private static Task WaitForLeaderAsync(RawClient client) => Eventually.TrueAsync(
        async () => (await client.ProduceOneAsync("logs", Some.Batch())).ErrorCode == ErrorCode.None,
        "the topic's leader");
}
