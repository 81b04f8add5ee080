using System.Text.Json;
using LogFlow.Kafka.Client;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Agent.Tests;

/// <summary>The same promise against Apache Kafka, through crashes of both sides.</summary>
public sealed class RealKafkaTests
{
    [RequiresFact(Requirement.Kafka)]
    public async Task CrashesOfAgentAndKafka_EveryLineOnceAndInOrder()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.File("kafka"), "num.partitions=3");
        await using var harness = new AgentHarness(config =>
        {
            config.Kafka.Hosts = [kafka.Address];
            config.Kafka.MaxMessageBytes = 100_000;
        })
        {
            UsesKafka = true,
        };
        const int Files = 5;
        const int LinesPerFile = 20_000;
        for (var file = 0; file < Files; file++)
        {
            harness.AppendLines($"f{file}.log", 0, LinesPerFile);
        }

        for (var round = 1; round <= 4; round++)
        {
            await harness.StartAsync();

            // Somewhere in the middle: a part is acknowledged, a part is under way, a part is unread.
            await Eventually.TrueAsync(
                () => harness.Agent.GetStatus()!.LinesAcknowledged > round * 2000, "some lines acknowledged");
            if (round == 2)
            {
                await kafka.KillAsync();
                await kafka.RestartAsync();
            }

            await harness.CrashAsync();
        }

        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.BytesBehind == 0, "nothing behind");
        await harness.StopAsync();
        await CheckAsync(kafka.Address, Files, LinesPerFile);
        Assert.Equal(0, harness.Loggers.Count(LogLevel.Error, "cannot be built again"));
        Assert.Equal(0, harness.Loggers.Count(LogLevel.Error, "does not accept the sequence"));
        Assert.Equal(0, harness.Loggers.Count(LogLevel.Information, "cannot be asked"));
    }

    private static async Task CheckAsync(string address, int files, int linesPerFile)
    {
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [address] }, NullLoggerFactory.Instance);
        await using var consumer = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "check", Topics = ["logs"] }, NullLoggerFactory.Instance);
        consumer.Start();
        var next = new Dictionary<string, int>();
        var count = 0;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (count < files * linesPerFile)
        {
            using var batch = await consumer.PollAsync(timeout.Token);
            foreach (var record in batch.RecordMemory.ToArray())
            {
                using var json = JsonDocument.Parse(record.Value!.Value);
                var message = json.RootElement.GetProperty("message").GetString()!;
                var name = message[..message.IndexOf(' ', StringComparison.Ordinal)];
                var expected = next.GetValueOrDefault(name);
                Assert.Equal($"{name} line {expected}", message);
                next[name] = expected + 1;
                count++;
            }
        }

        Assert.All(next.Values, value => Assert.Equal(linesPerFile, value));
        Assert.Equal(files, next.Count);
    }
}
