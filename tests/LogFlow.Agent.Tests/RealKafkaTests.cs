using System.Text;
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

    [RequiresFact(Requirement.Kafka)]
    public async Task TopicKeyAndHeaders_AreThoseOfTheInput()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.File("kafka"));
        await using var harness = new AgentHarness(config =>
        {
            config.Kafka = new KafkaOutputConfig
            {
                Hosts = [kafka.Address],
                Topic = "app-%{[fields.app]}",
                Key = "%{[input.type]}-%{[fields.app]}",
                Headers = [new KafkaHeaderConfig { Key = "team", Value = "blue" }],
            };
            var first = config.Inputs[0];
            first.Paths = [first.Paths[0].Replace("*.log*", "a*", StringComparison.Ordinal)];
            first.Fields = new() { ["app"] = "shop" };
            config.Inputs.Add(new InputConfig
            {
                Id = "other",
                Paths = [first.Paths[0].Replace("a*", "b*", StringComparison.Ordinal)],
                Fields = new() { ["app"] = "bank" },
            });
        })
        {
            UsesKafka = true,
        };
        harness.AppendLines("a.log", 0, 50);
        harness.AppendLines("b.log", 0, 70);
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesAcknowledged == 120, "all acknowledged");
        await harness.StopAsync();

        foreach (var (topic, count) in new[] { ("app-shop", 50), ("app-bank", 70) })
        {
            var records = await ReadAllAsync(kafka.Address, topic, count);
            Assert.All(records, record => Assert.Equal($"filestream-{topic[4..]} team=blue", record));
        }
    }

    private static async Task<List<string>> ReadAllAsync(string address, string topic, int count)
    {
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [address] }, NullLoggerFactory.Instance);
        await using var consumer = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = topic, Topics = [topic] }, NullLoggerFactory.Instance);
        consumer.Start();
        var records = new List<string>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (records.Count < count)
        {
            using var batch = await consumer.PollAsync(timeout.Token);
            foreach (var record in batch.RecordMemory.ToArray())
            {
                var text = Encoding.UTF8.GetString(record.Key!.Value.Span);
                foreach (var header in record.Headers)
                {
                    var value = Encoding.UTF8.GetString(header.Value!.Value.Span);
                    text += $" {Encoding.UTF8.GetString(header.Key.Span)}={value}";
                }

                records.Add(text);
            }
        }

        return records;
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
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(3));
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
