using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>The part of <c>setup</c> that is Kibana's.</summary>
public sealed class SetupKibanaTests
{
    [Fact]
    public async Task Setup_ImportsAll_IntoTheSpace_WithTheLogin_AndASecondTimeNothing()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var kibana = await FakeKibana.StartAsync();
        var config = new ProcessorConfig
        {
            SetupKibana = new() { Host = kibana.Url, Username = "me", Password = "secret", SpaceId = "ops" },
        };

        var first = await RunAsync(server, config);
        var second = await RunAsync(server, config);
        var check = await RunAsync(server, config, "--check");

        Assert.Equal((0, 0, 0), (first.ExitCode, second.ExitCode, check.ExitCode));
        Assert.Equal(["/s/ops/api/saved_objects/_import"], kibana.Imports);
        Assert.Equal(
            ["ops/dashboard/logflow-overview", "ops/index-pattern/logflow-logs", "ops/search/logflow-all",
                "ops/search/logflow-errors"],
            kibana.Objects.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Basic bWU6c2VjcmV0", kibana.Authorization);
        Assert.Equal(8, CountOf("there and equal", check.Output));
    }

    [Fact]
    public async Task Setup_LeavesADashboardThatSomebodyChanged_UntilItMayOverwrite()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var kibana = await FakeKibana.StartAsync();
        await RunAsync(server, new ProcessorConfig(), "--kibana", kibana.Url);
        kibana.Objects["/dashboard/logflow-overview"]["attributes"]!["title"] = "Mine";

        var left = await RunAsync(server, new ProcessorConfig(), "--kibana", kibana.Url);
        Assert.Single(kibana.Imports);
        var check = await RunAsync(server, new ProcessorConfig(), "--kibana", kibana.Url, "--check");
        var replaced = await RunAsync(server, new ProcessorConfig(), "--kibana", kibana.Url, "--overwrite");

        Assert.Contains("left alone (--overwrite replaces it): title is \"Mine\"", left.Output,
            StringComparison.Ordinal);
        Assert.Equal(1, check.ExitCode);
        Assert.Equal(0, replaced.ExitCode);
        Assert.EndsWith("?overwrite=true", kibana.Imports.Last(), StringComparison.Ordinal);
        Assert.Equal(
            "LogFlow overview", kibana.Objects["/dashboard/logflow-overview"]["attributes"]!["title"]!.ToString());
    }

    [Fact]
    public async Task OpenSearchDashboards_TakesDataViewAndSearches_IntoTheTenant_WithoutLens()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var kibana = await FakeKibana.StartAsync();
        kibana.IsOpenSearch = true;
        var config = new ProcessorConfig { SetupKibana = new() { Host = kibana.Url, SpaceId = "ops" } };

        var (code, output, _) = await RunAsync(server, config);

        Assert.Equal(0, code);
        Assert.Equal(["/api/saved_objects/_import"], kibana.Imports);
        Assert.Equal(
            ["ops/index-pattern/logflow-logs", "ops/search/logflow-all", "ops/search/logflow-errors"],
            kibana.Objects.Keys.Order(StringComparer.Ordinal));
        Assert.Null(kibana.Objects["ops/search/logflow-all"]["attributes"]!["grid"]);
        Assert.Contains("not for this server: its panels are made with Lens", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRunAndExport_ImportNothing_AndShowTheFile()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var kibana = await FakeKibana.StartAsync();
        using var folder = new TempDirectory();

        var dry = await RunAsync(server, new ProcessorConfig(), "--kibana", kibana.Url, "--dry-run");
        await RunAsync(server, new ProcessorConfig(), "--kibana", kibana.Url, "--export", folder.Path);

        Assert.Empty(kibana.Imports);
        Assert.Contains($"POST {kibana.Url}/api/saved_objects/_import", dry.Output, StringComparison.Ordinal);
        var own = Assert.Single(Directory.GetDirectories(folder.Path, "kibana-*"));
        Assert.Equal(4, (await File.ReadAllLinesAsync(Path.Combine(own, "objects.ndjson"))).Length);
        Assert.Contains(
            "-F file=@objects.ndjson -H 'kbn-xsrf: true'", await File.ReadAllTextAsync(Path.Combine(own, "setup.sh")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_ThatIsTakenInPart_NamesWhatWasNot()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var kibana = await FakeKibana.StartAsync();
        kibana.Script = static line => line.EndsWith("_import", StringComparison.Ordinal)
            ? (200, """
                {"success":false,"successCount":3,"errors":[{"type":"search","id":"logflow-all",
                 "error":{"type":"conflict"}}]}
                """.Trim())
            : null;

        var (code, _, error) = await RunAsync(server, new ProcessorConfig(), "--kibana", kibana.Url);

        Assert.Equal(1, code);
        Assert.Contains("3 of 4 objects were taken; not taken: search logflow-all: conflict", error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /api/status", 503, "try again when it is ready")]
    [InlineData("GET /api/status", 401, "check user and password")]
    [InlineData("POST /api/saved_objects/_import", 403, "Saved Objects Management")]
    [InlineData("POST /api/saved_objects/_export", 403, "Saved Objects Management")]
    public async Task Refusal_NamesServerRequestStatusReasonAndRemedy(string step, int status, string remedy)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var kibana = await FakeKibana.StartAsync();
        kibana.Script = line => line == step
            ? (status, """{"statusCode":0,"error":"In words","message":"as it says"}""")
            : null;

        var (code, _, error) = await RunAsync(server, new ProcessorConfig(), "--kibana", kibana.Url);

        Assert.Equal(1, code);
        Assert.All(
            [kibana.Url, step, $"HTTP {status}", "In words: as it says", remedy],
            part => Assert.Contains(part, error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Elasticsearch_InPlaceOfKibana_IsNamed_AndWithoutAnAddressItIsSaidHow()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        server.Script = static line => line == "GET /api/status" ? (200, "{}") : null;

        var wrong = await RunAsync(server, new ProcessorConfig(), "--kibana", server.Url.ToString());
        var none = await RunAsync(server, new ProcessorConfig());

        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("is not answered as Kibana", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(0, none.ExitCode);
        Assert.Contains("Kibana: not looked at; --kibana URL or the key setup.kibana.host", none.Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kibana", "http://kibana:5601/")]
    [InlineData("kibana:80", "http://kibana:80/")]
    [InlineData("https://kibana/base", "https://kibana/base")]
    [InlineData("ftp://kibana", null)]
    public void Host_IsReadAsFilebeatReadsIt(string text, string? expected) =>
        Assert.Equal(expected is null ? null : new Uri(expected), SetupKibanaConfig.ParseHost(text));

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(
        FakeElasticsearch server, ProcessorConfig config, params string[] arguments) =>
        SetupCall.RunAsync(config, [.. arguments, "--hosts", server.Url.ToString()]);

    private static int CountOf(string part, string text) => text.Split(part).Length - 1;
}
