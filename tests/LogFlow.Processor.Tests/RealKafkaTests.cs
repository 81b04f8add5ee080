using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Kafka.Client;
using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Tests;

public sealed class RealKafkaTests
{
    [RequiresFact(Requirement.Kafka, Requirement.Shared)]
    public async Task Kafka_RealServer_LinesArriveOnceThroughARestart()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.File("kafka"), "num.partitions=3");
        await using var server = await FakeElasticsearch.StartAsync();
        var lines = DefaultPipeline.Lines("apache_access.log").Take(3000).ToArray();
        await ProduceAsync(kafka, lines.Select(line => DefaultPipeline.Record(line, "/var/log/apache2/access.log")));
        await ProduceAsync(kafka, [Encoding.UTF8.GetBytes($"{{\"message\":\"{FakeElasticsearch.Poison}\"}}")]);
        await using (var first = await StartAsync(kafka, server.Url))
        {
            await Eventually.TrueAsync(() => server.Documents.Count > 300, "the first documents");
        }

        await using var second = await StartAsync(kafka, server.Url);
        await Eventually.TrueAsync(() => server.Documents.Count == lines.Length, "all documents");
        await Eventually.TrueAsync(() => second.GetStatus().Lag == 0, "no lag");
        await second.StopAsync(CancellationToken.None);

        Assert.All(server.Documents.Keys, key => Assert.StartsWith("logs-apache.access-default/", key));
        var messages = server.Documents.Values.Select(source => JsonNode.Parse(source)!["message"]!.ToString());
        Assert.Equal(lines.Order(StringComparer.Ordinal), messages.Order(StringComparer.Ordinal));
        await VerifyDeadLetterAsync(kafka);
    }

    [RequiresFact(Requirement.Kafka, Requirement.Elasticsearch, Requirement.Shared)]
    public async Task Elasticsearch_RealServers_CountsMatch()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.File("kafka"), "num.partitions=2");
        await using var elasticsearch = await RealServer.StartElasticsearchAsync(folder.File("elasticsearch"));
        var lines = DefaultPipeline.Lines("apache_access.log");
        await ProduceAsync(kafka, lines.Select(line => DefaultPipeline.Record(line, "/var/log/apache2/access.log")));
        await using var service = await StartAsync(kafka, elasticsearch.Url);
        await Eventually.TrueAsync(
            () => service.GetStatus().EventsOut == lines.Length, "all events", TimeSpan.FromMinutes(3));
        using var http = new HttpClient { BaseAddress = elasticsearch.Url };
        await http.PostAsync("/logs-apache.access-default/_refresh", null);

        Assert.Equal(lines.Length, await CountAsync(http, "*"));
        Assert.Equal(213, await CountAsync(http, "http.response.status_code:404"));
    }

    private static async Task<ProcessorService> StartAsync(RealServer kafka, Uri server)
    {
        var config = new ProcessorConfig
        {
            QueueBootstrapServers = [kafka.Address],
            OutputElasticsearchHosts = [server.ToString()],
        };
        var service = TestHost.Create(config);
        await service.StartAsync(CancellationToken.None);
        return service;
    }

    private static async Task ProduceAsync(RealServer kafka, IEnumerable<byte[]> values)
    {
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [kafka.Address] }, NullLoggerFactory.Instance,
            TimeProvider.System);
        await using var producer = new KafkaProducer(client, new KafkaProducerOptions());
        var sends = values.Select((value, index) => producer.SendAsync(
            new ProducerRecord { Topic = "logs", Partition = index % 2, Value = value },
            CancellationToken.None)).ToArray();
        Assert.All(await Task.WhenAll(sends), result => Assert.True(result.IsSuccess, result.Message));
    }

    private static async Task VerifyDeadLetterAsync(RealServer kafka)
    {
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [kafka.Address] }, NullLoggerFactory.Instance,
            TimeProvider.System);
        await using var consumer = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "check", Topics = ["logs.dlq"] }, NullLoggerFactory.Instance);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var batch = await consumer.PollAsync(limit.Token);
        var letter = batch.Records[0];
        Assert.Contains(FakeElasticsearch.Poison, Encoding.UTF8.GetString(letter.Value!.Value.Span));
        var headers = new Dictionary<string, string>();
        foreach (var header in letter.Headers)
        {
            headers[Encoding.UTF8.GetString(header.Key.Span)] = Encoding.UTF8.GetString(header.Value!.Value.Span);
        }

        Assert.Equal("output", headers["dlq.stage"]);
        Assert.Equal("logs", headers["dlq.topic"]);
        Assert.Contains("document_parsing_exception", headers["dlq.reason"]);
        Assert.Equal(
            ["dlq.attempts", "dlq.offset", "dlq.partition", "dlq.plugin", "dlq.reason", "dlq.stage", "dlq.time",
                "dlq.topic", "dlq.topic_id"],
            headers.Keys.Order(StringComparer.Ordinal));
    }

    private static async Task<int> CountAsync(HttpClient http, string query)
    {
        var answer = await http.GetStringAsync($"/logs-apache.access-default/_count?q={Uri.EscapeDataString(query)}");
        return JsonNode.Parse(answer)!["count"]!.GetValue<int>();
    }
}
