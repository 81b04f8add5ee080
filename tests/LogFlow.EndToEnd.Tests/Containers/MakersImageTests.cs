using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DotNet.Testcontainers.Configurations;
using LogFlow.Kafka.Client;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Filebeat, Logstash and Kibana themselves, as their makers build them: our queue and our objects hold what we say of
/// them. They exist only in registries; without one these are skipped.
/// </summary>
public sealed class MakersImageTests
{
    private const int LineCount = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [RequiresFact(Requirement.Filebeat, Requirement.Linux)]
    public async Task Filebeat_ShipsToOurQueue_EveryLineOnce()
    {
        using var folder = new TempDirectory();
        await File.WriteAllLinesAsync(
            folder.File("app.log"), Enumerable.Range(0, LineCount).Select(static index => $"line {index}"));
        await using var services = new ThreeServices(folder.File("none.log"), kafka: null);
        services.StartQueue();
        await File.WriteAllTextAsync(folder.File("filebeat.yml"), $$"""
            filebeat.inputs: [{type: filestream, id: test, paths: [{{folder.File("app.log")}}]}]
            output.kafka: {hosts: ["{{services.QueueAddress}}"], topic: logs, version: "2.8.0", compression: zstd}
            path.data: /tmp/filebeat
            """);
        await using var filebeat = await RealContainer.StartInHostNetworkAsync(
            ContainerImage.Filebeat,
            "Beat name|filebeat start running|Connection to kafka",
            builder => builder
                .WithBindMount(folder.Path, folder.Path, AccessMode.ReadOnly)
                .WithCommand("-e", "--strict.perms=false", "-c", folder.File("filebeat.yml")));

        var messages = await ReadMessagesAsync(services.QueueAddress, LineCount);

        Assert.Equal(Enumerable.Range(0, LineCount).Select(static index => $"line {index}"), messages);
    }

    [RequiresFact(Requirement.Logstash, Requirement.Linux)]
    public async Task Logstash_ReadsOurQueue_EveryRecord()
    {
        using var folder = new TempDirectory();
        await using var services = new ThreeServices(folder.File("none.log"), kafka: null);
        services.StartQueue();
        await ProduceAsync(services.QueueAddress);
        await File.WriteAllTextAsync(folder.File("pipeline.conf"), $$"""
            input { kafka { bootstrap_servers => "{{services.QueueAddress}}" topics => ["logs"] group_id => "logstash"
              auto_offset_reset => "earliest" } }
            output { stdout { codec => line { format => "seen <%{message}>" } } }
            """);
        await using var logstash = await RealContainer.StartInHostNetworkAsync(
            ContainerImage.Logstash,
            "Pipelines running",
            builder => builder
                .WithEnvironment("XPACK_MONITORING_ENABLED", "false")
                .WithBindMount(folder.Path, "/usr/share/logstash/pipeline", AccessMode.ReadOnly));

        var output = "";
        await Eventually.TrueAsync(
            async () =>
            {
                output = await logstash.ReadOutputAsync();
                return output.Contains($"seen <line {LineCount - 1}>", StringComparison.Ordinal);
            },
            "the last record",
            Patience);

        Assert.All(
            Enumerable.Range(0, LineCount),
            index => Assert.Contains($"seen <line {index}>", output, StringComparison.Ordinal));
    }

    [RequiresFact(Requirement.Kibana, Requirement.Shared)]
    public async Task Kibana_ImportsTheSavedObjects_WithoutAnError()
    {
        await using var elasticsearch = await RealContainer.StartAsync(
            ContainerImage.FullElasticsearch,
            9200,
            static builder => builder.WithEnvironment("discovery.type", "single-node")
                .WithEnvironment("xpack.security.enabled", "false")
                .WithEnvironment("ES_JAVA_OPTS", "-Xms1g -Xmx1g"));
        var index = $"http://{elasticsearch.Host}:{elasticsearch.Port}";
        await using var kibana = await RealContainer.StartInHostNetworkAsync(
            ContainerImage.Kibana,
            "Kibana is now available",
            builder => builder.WithEnvironment("ELASTICSEARCH_HOSTS", index));
        using var client = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:5601"), Timeout = Patience };
        client.DefaultRequestHeaders.Add("kbn-xsrf", "true");
        foreach (var path in FindSavedObjects())
        {
            using var objects = new ByteArrayContent(await File.ReadAllBytesAsync(path));
            objects.Headers.ContentType = new MediaTypeHeaderValue("application/ndjson");
            using var form = new MultipartFormDataContent { { objects, "file", Path.GetFileName(path) } };

            using var response = await client.PostAsync("/api/saved_objects/_import?overwrite=true", form);

            var answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, answer);
            using var parsed = JsonDocument.Parse(answer);
            Assert.True(parsed.RootElement.GetProperty("success").GetBoolean(), answer);
            Assert.True(parsed.RootElement.GetProperty("successCount").GetInt32() > 0, answer);
        }
    }

    /// <summary>What the product ships, else what it is to be made from.</summary>
    private static string[] FindSavedObjects()
    {
        var shipped = Path.Combine(SharedFolder.Repository, "deploy", "kibana");
        var found = Directory.Exists(shipped)
            ? Directory.GetFiles(shipped, "*.ndjson")
            : [SharedFolder.File("reference", "kibana-objects.ndjson")];
        Assert.NotEmpty(found);
        return found;
    }

    private static async Task ProduceAsync(string address)
    {
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [address] }, NullLoggerFactory.Instance);
        await using var producer = new KafkaProducer(client, new KafkaProducerOptions());
        var sends = Enumerable.Range(0, LineCount).Select(index => producer.SendAsync(
            new ProducerRecord { Topic = "logs", Value = Encoding.UTF8.GetBytes($"line {index}") },
            CancellationToken.None)).ToList();
        Assert.All(await Task.WhenAll(sends), static result => Assert.True(result.IsSuccess, result.Message));
    }

    /// <summary>The field <c>message</c> of each record, in the order of the numbers in them.</summary>
    private static async Task<List<string>> ReadMessagesAsync(string address, int count)
    {
        using var timeout = new CancellationTokenSource(Patience);
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [address] }, NullLoggerFactory.Instance);
        await using var consumer = new GroupConsumer(
            client, new GroupConsumerOptions { GroupId = "test", Topics = ["logs"] }, NullLoggerFactory.Instance);
        var messages = new List<string>();
        while (messages.Count < count)
        {
            using var batch = await consumer.PollAsync(timeout.Token);
            foreach (var record in batch.Records)
            {
                using var document = JsonDocument.Parse(record.Value!.Value);
                messages.Add(document.RootElement.GetProperty("message").GetString()!);
            }
        }

        return [.. messages.OrderBy(static message => int.Parse(message["line ".Length..]))];
    }
}
