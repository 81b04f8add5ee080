using System.Globalization;
using System.Text.Json.Nodes;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Dead letters of real processes, put back with <c>logflow dlq replay</c>, twice: what refused them takes them once,
/// under their own ids, and an output that had taken them gets nothing more.
/// </summary>
public sealed class DlqReplayTests
{
    private const int LineCount = 20;
    private const int PoisonEvery = 5;

    /// <summary>A field that neither the store nor Elasticsearch takes inside of a document.</summary>
    private const string Poison =
        """filter { if [message] =~ "poison" { mutate { add_field => { "_id" => "x" } } } }""";

    [RequiresFact(Requirement.Linux)]
    public async Task Replay_IntoTheStore_Twice_DoublesNothing()
    {
        using var folder = new TempDirectory();
        await ReplayAsync(folder, server: null);
    }

    [RequiresFact(Requirement.Elasticsearch)]
    public async Task Replay_IntoElasticsearch_Twice_DoublesNothing()
    {
        using var folder = new TempDirectory();
        await using var server = await RealServer.StartElasticsearchAsync(folder.File("elasticsearch"));
        await ReplayAsync(folder, server.Url);
    }

    /// <param name="folder">Where everything is.</param>
    /// <param name="server">Elasticsearch, beside a file that takes what it refuses; null: the store alone.</param>
    private static async Task ReplayAsync(TempDirectory folder, Uri? server)
    {
        var data = folder.File("data");
        var log = folder.File("app.log");
        var taken = folder.File("out.log");
        var outputs = server is null ? "" : $$"""
            output {
              elasticsearch { hosts => "{{server}}" }
              file { path => "{{taken}}" codec => line { format => "%{message}" } }
            }
            """.ReplaceLineEndings(" ");
        await File.WriteAllLinesAsync(log, Enumerable.Range(0, LineCount).Select(Line));
        await using (var first = Start(data, log, Poison + outputs, server))
        {
            using var api = await ApiAsync(first, data, server);
            await CountAsync(api, LineCount - (LineCount / PoisonEvery));
            await Eventually.TrueAsync(
                async () => (await DlqAsync(data, "replay", "--dry-run")).Contains(
                    "4 records would be put back", StringComparison.Ordinal),
                "the four letters");
            await first.StopAsync();
        }

        await using var second = Start(data, log, "filter { }" + outputs, server);
        using var mended = await ApiAsync(second, data, server);
        Assert.Contains("4 records put back, 0 not", await DlqAsync(data, "replay"), StringComparison.Ordinal);
        await CountAsync(mended, LineCount);
        Assert.Contains("4 records put back, 0 not", await DlqAsync(data, "replay"), StringComparison.Ordinal);

        // Of the same file, so of the same partition: once it is there, all before it has been dealt with.
        await File.AppendAllTextAsync(log, "the last line\n");
        await CountAsync(mended, LineCount + 1);
        var hits = await mended.HitsAsync(new JsonObject { ["match_all"] = new JsonObject() });
        Assert.Equal(
            Enumerable.Range(0, LineCount).Select(Line).Append("the last line").Order(),
            hits.Select(hit => (string)hit["_source"]!["message"]!).Order());
        Assert.Equal(LineCount, hits.Count(hit => OffsetOf((string)hit["_id"]!) < LineCount));
        if (server is not null)
        {
            Assert.Equal(LineCount + 1, (await File.ReadAllLinesAsync(taken)).Length);
        }

        await second.StopAsync();
    }

    private static string Line(int number) => number % PoisonEvery == 0 ? $"poison {number}" : $"line {number}";

    /// <summary>An id is the record's own: topic, partition, offset.</summary>
    private static long OffsetOf(string id) =>
        long.Parse(id[(id.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);

    private static ChildProcess Start(string data, string log, string pipeline, Uri? server) => UpProcess.Start(
        data, log, null,
        [
            "-E", $"processor.config.string={pipeline}",
            .. server is null ? [] : (string[])["-E", "store.enabled=false"],
        ]);

    private static async Task<SearchApi> ApiAsync(ChildProcess up, string data, Uri? server)
    {
        if (server is null)
        {
            return await UpProcess.ReadyAsync(up, data);
        }

        await Eventually.TrueAsync(() => File.Exists(Path.Combine(data, "endpoints.json")), "up is ready");
        return new SearchApi(server);
    }

    private static Task CountAsync(SearchApi api, int expected) => Eventually.TrueAsync(
        async () => await api.TryCountAsync() == expected, $"{expected} documents", TimeSpan.FromMinutes(2));

    private static async Task<string> DlqAsync(string data, params string[] command)
    {
        await using var tool = await LogFlowProcess.RunAsync("logflow", ["dlq", .. command, "--data", data]);
        return tool.Output;
    }
}
