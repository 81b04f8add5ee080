using LogFlow.Testing;
using Xunit.Abstractions;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Agent, queue and processor as services, with our queue or a real Kafka, into our store, Elasticsearch or OpenSearch,
/// while each of them is killed.
/// </summary>
public class ThreeServicesTests(ITestOutputHelper output)
{
    [RequiresFact(Requirement.Linux)]
    public async Task OwnQueueAndStore_EachServiceKilledInTurn_IndexesEveryLineOnce()
    {
        using var storeFolder = new TempDirectory();
        var secret = StoreSecretFile.Provide(storeFolder.Path);
        await using var store = LogFlowProcess.Start(
            "logflow",
            "up", "--data", storeFolder.Path, "-E", "agent.enabled=false", "-E", "queue.enabled=false",
            "-E", "processor.enabled=false", "-E", "store.port=0", "-E", "console.port=0");
        await store.WaitForLineAsync("logflow search");
        var url = LogFlowProcess.ReadEndpoints(storeFolder.Path)["store"]!.ToString();

        await RunAsync(
            null, new Uri(url), Seeds.Size("LOGFLOW_CRASH_LINES", 100_000),
            $"output.store.url={url}", $"output.store.secret_file={secret}");
    }

    [RequiresFact(Requirement.Kafka, Requirement.Elasticsearch)]
    public async Task KafkaAndElasticsearch_EachServiceKilledInTurn_IndexesEveryLineOnce()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.File("kafka"));
        await using var elasticsearch = await RealServer.StartElasticsearchAsync(folder.File("es"));

        await RunAsync(
            kafka, elasticsearch.Url, Seeds.Size("LOGFLOW_CRASH_LINES_JAVA", 40_000),
            $"output.elasticsearch.hosts={elasticsearch.Url}");
    }

    [RequiresFact(Requirement.Kafka, Requirement.OpenSearch)]
    public async Task KafkaAndOpenSearch_EachServiceKilledInTurn_IndexesEveryLineOnce()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(folder.File("kafka"));
        await using var openSearch = await RealServer.StartOpenSearchAsync(folder.File("os"));

        await RunAsync(
            kafka, openSearch.Url, Seeds.Size("LOGFLOW_CRASH_LINES_JAVA", 40_000),
            $"output.elasticsearch.hosts={openSearch.Url}");
    }

    private async Task RunAsync(RealServer? kafka, Uri index, int lines, params string[] outputSettings)
    {
        var random = new Random(Seeds.Next(output));
        using var logs = new TempDirectory();
        var path = logs.File("access.log");
        new AccessLogGenerator(random.Next()).WriteFile(path, lines);
        using var api = new SearchApi(index);
        await using var services = new ThreeServices(path, kafka?.Address, outputSettings);
        services.StartAll();

        string[] victims = ["agent", "processor", "queue"];
        for (var kill = 0; kill < victims.Length; kill++)
        {
            var limit = Math.Min(lines, (long)lines * (kill + 1) / (victims.Length + 1)) - random.Next(lines / 10);
            await Eventually.TrueAsync(
                async () => await api.TryCountAsync() >= limit, $"{limit} documents\n{services.Output}");
            output.WriteLine($"killing {victims[kill]} with {await api.TryCountAsync()} documents");
            if (victims[kill] == "queue" && kafka is not null)
            {
                await kafka.KillAsync();
                await kafka.RestartAsync();
            }
            else
            {
                await services.KillAndRestartAsync(victims[kill]);
            }
        }

        await Eventually.TrueAsync(
            async () => await api.TryCountAsync() >= lines,
            $"{lines} documents\n{services.Output}",
            TimeSpan.FromMinutes(5));
        Assert.Equal(lines, await api.TryCountAsync());
        await IdentityOracle.AssertEveryLineOnceAsync(api, path);
        await services.StopAllAsync();
    }
}
