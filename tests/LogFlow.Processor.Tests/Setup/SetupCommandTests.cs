using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary><c>setup</c> against a fake: what is printed, the exit code, and what the server has then.</summary>
public sealed class SetupCommandTests
{
    private static readonly string[] Paths =
    [
        "/_ilm/policy/logflow", "/_component_template/logflow-mappings", "/_component_template/logflow-settings",
        "/_index_template/logflow",
    ];

    [Fact]
    public async Task Setup_OfEmptyServer_PutsAllInOrder_AndASecondTimeNothing()
    {
        await using var server = await FakeElasticsearch.StartAsync();

        var first = await RunAsync(server);
        Assert.Equal(Paths.Select(static path => "PUT " + path), ChangesOf(server));
        var second = await RunAsync(server);

        Assert.Equal(0, first.ExitCode);
        Assert.Contains("lifecycle policy logflow", first.Output, StringComparison.Ordinal);
        Assert.Equal(4, CountOf(" put", first.Output));
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(4, CountOf("there and equal", second.Output));
        Assert.Equal(4, ChangesOf(server).Count);
    }

    [Fact]
    public async Task Setup_OfOpenSearch_PutsNoPolicy_AndNoMentionOfIt()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.VersionJson = """{"number":"2.19.1","distribution":"opensearch"}""";

        Assert.Equal(0, (await RunAsync(server)).ExitCode);

        Assert.Equal(Paths.Skip(1).Select(static path => "PUT " + path), ChangesOf(server));
        Assert.DoesNotContain("lifecycle", server.Parts["/_component_template/logflow-settings"]);
    }

    [Fact]
    public async Task DryRun_PrintsEachRequest_AndChangesNothing()
    {
        await using var server = await FakeElasticsearch.StartAsync();

        var (code, output, _) = await RunAsync(server, "--dry-run");

        Assert.Equal(0, code);
        Assert.Empty(ChangesOf(server));
        Assert.All(Paths, path => Assert.Contains(
            $"PUT {server.Url.ToString().TrimEnd('/')}{path}\n{{", output.ReplaceLineEndings("\n"),
            StringComparison.Ordinal));
        Assert.Equal(4, CountOf("would be put", output));
    }

    [Fact]
    public async Task Check_SaysOfEachObjectHowItStands_AndFailsUntilAllAreThere()
    {
        await using var server = await FakeElasticsearch.StartAsync();

        var missing = await RunAsync(server, "--check");
        Assert.Empty(ChangesOf(server));
        await RunAsync(server);
        var equal = await RunAsync(server, "--check");
        server.Templates["logflow"] = server.Templates["logflow"].Replace("90", "95", StringComparison.Ordinal);
        var different = await RunAsync(server, "--check");

        Assert.Equal(1, missing.ExitCode);
        Assert.Equal(4, CountOf("missing", missing.Output));
        Assert.Equal(0, equal.ExitCode);
        Assert.Equal(1, different.ExitCode);
        Assert.Contains(
            "there but different: priority is 95, here it is 90", different.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_LeavesWhatSomebodyChanged_UntilItMayOverwrite()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await RunAsync(server);
        var policy = JsonNode.Parse(server.Parts[Paths[0]])!;
        policy["policy"]!["phases"]!["delete"] = JsonNode.Parse("""{"min_age":"30d","actions":{"delete":{}}}""");
        server.Parts[Paths[0]] = policy.ToJsonString();
        server.Requests.Clear();

        var left = await RunAsync(server);
        Assert.Empty(ChangesOf(server));
        var replaced = await RunAsync(server, "--overwrite");

        Assert.Contains("left alone (--overwrite replaces it): policy.phases.delete is {", left.Output,
            StringComparison.Ordinal);
        Assert.Equal(["PUT " + Paths[0]], ChangesOf(server));
        Assert.Contains("replaced", replaced.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("30d", server.Parts[Paths[0]], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_ReplacesAnOlderOneOfOurs_WithoutBeingAsked()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Templates["logflow"] =
            """{"index_patterns":["logs-*-*"],"priority":80,"_meta":{"managed_by":"logflow","version":0}}""";

        await RunAsync(server);

        Assert.Contains("PUT " + Paths[3], ChangesOf(server));
        Assert.Contains("\"priority\":90", server.Templates["logflow"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_WhereAnotherTemplateIsInCharge_PutsNothing_AndSaysSo()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.HasOtherTemplate = true;

        var done = await RunAsync(server);
        var check = await RunAsync(server, "--check");

        Assert.Equal((0, 0), (done.ExitCode, check.ExitCode));
        Assert.Empty(ChangesOf(server));
        Assert.Contains("another index template makes logs-generic-default", done.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_WritesAFileForEachObject_AndAScriptThatSendsThem()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        using var folder = new TempDirectory();

        var (code, _, _) = await RunAsync(server, "--export", folder.File("out"));

        Assert.Equal(0, code);
        Assert.Empty(ChangesOf(server));
        var own = Assert.Single(Directory.GetDirectories(folder.File("out")));
        Assert.Equal($"elasticsearch-127.0.0.1-{server.Url.Port}", Path.GetFileName(own));
        var script = await File.ReadAllTextAsync(Path.Combine(own, "setup.sh"));
        string[] files =
        [
            "lifecycle-policy-logflow.json", "component-template-logflow-mappings.json",
            "component-template-logflow-settings.json", "index-template-logflow.json",
        ];
        for (var index = 0; index < files.Length; index++)
        {
            Assert.Contains($"-X PUT \"$SERVER{Paths[index]}\"", script, StringComparison.Ordinal);
            Assert.Contains($"--data-binary @{files[index]}\n", script, StringComparison.Ordinal);
            Assert.NotNull(JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(own, files[index])))!.AsObject());
        }
    }

    [Theory]
    [InlineData("GET /", 401, "check user and password")]
    [InlineData("PUT /_ilm/policy/logflow", 403, "manage_ilm")]
    [InlineData("PUT /_index_template/logflow", 403, "manage_index_templates")]
    [InlineData("GET /_component_template/logflow-mappings", 503, "try again when it is ready")]
    public async Task Refusal_NamesServerObjectStatusReasonAndRemedy(string step, int status, string remedy)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = line => line == step ? (status, """{"error":{"type":"t","reason":"as it says"}}""") : null;

        var (code, _, error) = await RunAsync(server);

        Assert.Equal(1, code);
        Assert.All(
            [server.Url.ToString().TrimEnd('/'), step, $"HTTP {status} t: as it says", remedy],
            part => Assert.Contains(part, error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"number":"1.0","distribution":"logflow"}""", "LogFlow's own store")]
    [InlineData("\"9\"", "not answered as Elasticsearch")]
    public async Task WrongProduct_IsNamed(string version, string expected)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.VersionJson = version;

        var (code, _, error) = await RunAsync(server);

        Assert.Equal(1, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_OfThePipeline_AreEachLookedAfterOnce_AndOneThatFailsKeepsNoneBack()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var config = new ProcessorConfig
        {
            ConfigString = $$"""
                output {
                  elasticsearch { hosts => ["http://127.0.0.1:{{FreePort.Next()}}"] }
                  elasticsearch { hosts => ["{{server.Url}}"] data_stream_dataset => "a" data_stream => true }
                  elasticsearch { hosts => ["{{server.Url}}"] data_stream_dataset => "b" data_stream => true }
                  elasticsearch { hosts => ["{{server.Url}}"] index => "plain" }
                }
                """,
        };

        var (code, output, error) = await RunAsync(config);

        Assert.Equal(1, code);
        Assert.Contains("connection refused; check the address", error, StringComparison.Ordinal);
        Assert.Equal(4, ChangesOf(server).Count);
        Assert.Contains("POST /_index_template/_simulate_index/logs-a-default", server.Requests);
        Assert.Equal(1, CountOf("writes plain indices", output));
    }

    [Theory]
    [InlineData("--user", "me")]
    [InlineData("--check", "--dry-run")]
    [InlineData("--hosts", "localhost")]
    public async Task Options_ThatDoNotFit_AreRefused(params string[] arguments)
    {
        var refused = await Assert.ThrowsAsync<StartupException>(() => RunAsync(new ProcessorConfig(), arguments));

        Assert.Equal(2, refused.ExitCode);
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(
        FakeElasticsearch server, params string[] arguments) =>
        RunAsync(new ProcessorConfig(), [.. arguments, "--hosts", server.Url.ToString()]);

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(
        ProcessorConfig config, params string[] arguments) => SetupCall.RunAsync(config, arguments);

    private static List<string> ChangesOf(FakeElasticsearch server) =>
        [.. server.Requests.Where(static request => request.StartsWith("PUT ", StringComparison.Ordinal))];

    private static int CountOf(string part, string text) => text.Split(part).Length - 1;
}
