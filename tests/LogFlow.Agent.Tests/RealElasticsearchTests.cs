using System.Text.Json;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary>The promise against Elasticsearch itself, through kill -9 of both.</summary>
public sealed class RealElasticsearchTests
{
    private const int Files = 5;
    private const int LinesPerFile = 20_000;

    private static readonly HttpClient Client = new();

    [RequiresFact(Requirement.Elasticsearch)]
    public async Task KillsOfAgentAndElasticsearch_EveryLineOnce()
    {
        using var folder = new TempDirectory();
        await using var server = await RealServer.StartElasticsearchAsync(folder.File("elasticsearch"));
        await using var agent = new AgentProcess(folder, $$"""
            output.elasticsearch:
              hosts: ["{{server.Address}}"]
              backoff: {init: 100ms, max: 1s}
            """);
        for (var file = 0; file < Files; file++)
        {
            agent.AppendLines($"f{file}.log", 0, LinesPerFile);
        }

        for (var round = 1; round <= 4; round++)
        {
            await agent.StartAsync();

            // Somewhere in the middle: a part is acknowledged, a part is under way, a part is unread.
            var goal = round * 10_000;
            await Eventually.TrueAsync(
                async () => await CountAsync(server) >= goal, $"{goal} documents", TimeSpan.FromSeconds(120));
            if (round == 2)
            {
                await server.KillAsync();
                await server.RestartAsync();
            }

            await agent.KillAsync();
        }

        await agent.StartAsync();
        await Eventually.TrueAsync(
            async () => await CountAsync(server) >= Files * LinesPerFile, "all documents", TimeSpan.FromSeconds(180));
        await agent.StopAsync();
        Assert.Equal(Files * LinesPerFile, await CountAsync(server));

        for (var file = 0; file < Files; file++)
        {
            await CheckFileAsync(server, $"f{file}.log", $"{folder.File("logs")}/f{file}.log");
        }

        Assert.Contains("\"data_stream\"", await Client.GetStringAsync(new Uri(server.Url, "_index_template")));
    }

    /// <summary>Read by offset, the messages are the file's lines: each, once, in order.</summary>
    private static async Task CheckFileAsync(RealServer server, string name, string path)
    {
        var number = 0;
        var last = -1L;
        while (number < LinesPerFile)
        {
            using var page = JsonDocument.Parse(await PostAsync(server, "filebeat-*/_search", $$$"""
                {"size":10000,"sort":[{"log.offset":"asc"}],"search_after":[{{{last}}}],
                 "_source":["message"],"query":{"term":{"log.file.path":"{{{path}}}"} } }
                """));
            var hits = page.RootElement.GetProperty("hits").GetProperty("hits");
            Assert.NotEqual(0, hits.GetArrayLength());
            foreach (var hit in hits.EnumerateArray())
            {
                Assert.Equal(
                    $"{name} line {number++}", hit.GetProperty("_source").GetProperty("message").GetString());
                last = hit.GetProperty("sort")[0].GetInt64();
            }
        }
    }

    private static async Task<int> CountAsync(RealServer server)
    {
        await PostAsync(server, "filebeat-*/_refresh", "");
        using var answer = JsonDocument.Parse(await PostAsync(server, "filebeat-*/_count", ""));
        return answer.RootElement.TryGetProperty("count", out var count) ? count.GetInt32() : 0;
    }

    private static async Task<string> PostAsync(RealServer server, string path, string body)
    {
        using var content = body.Length > 0
            ? new StringContent(body, System.Text.Encoding.UTF8, "application/json")
            : null;
        using var response = await Client.PostAsync(new Uri(server.Url, path), content);
        return await response.Content.ReadAsStringAsync();
    }
}
