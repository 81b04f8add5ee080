using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>What a user sees of output.elasticsearch, against a server that can be told to fail.</summary>
public sealed class ElasticsearchOutputTests : IAsyncLifetime
{
    private FakeBulkServer _server = null!;

    private static string DefaultIndex =>
        BulkDestinations.DefaultIndex(AgentIdentity.Of(Guid.Empty, "test-host"));

    public async Task InitializeAsync() => _server = await FakeBulkServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Lines_WithoutAnIndex_GoToTheDataStreamOfThisVersion()
    {
        await using var harness = Harness();
        harness.AppendLines("a.log", 0, 1000);
        await harness.StartAsync();
        await FinishAsync(harness, 1000);

        Assert.Equal(Lines("a.log", 1000), _server.Messages(DefaultIndex));
        Assert.Contains($"PUT /_index_template/{DefaultIndex}", _server.Requests);
        Assert.Equal(0, _server.Duplicates);
    }

    [Fact]
    public async Task Lines_AfterACrashBeforeTheAnswer_AreThereOnce()
    {
        await using var harness = Harness();
        harness.AppendLines("a.log", 0, 500);
        harness.AppendLines("b.log", 0, 500);
        for (var round = 0; round < 4; round++)
        {
            // The server stores, and its answer says that it failed: as if the connection were cut before the answer.
            var stored = 0;
            _server.ItemStatus = (_, _) => Interlocked.Increment(ref stored) > 50 ? (503, "unavailable") : default;
            await harness.StartAsync();
            await Eventually.TrueAsync(() => stored > 50, "a request");
            await harness.CrashAsync();
        }

        _server.ItemStatus = null;
        harness.AppendLines("a.log", 500, 10);
        await harness.StartAsync();
        await FinishAsync(harness, 1010);

        Assert.Equal(Lines("a.log", 510), MessagesOf("a.log"));
        Assert.Equal(Lines("b.log", 500), MessagesOf("b.log"));
    }

    [Fact]
    public async Task Items_ThatFailForAWhile_AreSentAgainAlone()
    {
        var failed = 0;
        _server.ItemStatus = (_, source) =>
            source.GetProperty("message").GetString()!.EndsWith('7') && Interlocked.Increment(ref failed) <= 30
                ? (429, "es_rejected_execution_exception")
                : default;
        await using var harness = Harness();
        harness.AppendLines("a.log", 0, 200);
        await harness.StartAsync();
        await FinishAsync(harness, 200);

        Assert.Equal(Lines("a.log", 200), _server.Messages(DefaultIndex));
        Assert.Equal(0, _server.Duplicates);
        Assert.True(harness.Loggers.Count(LogLevel.Warning, "does not take lines at present") > 0);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Information, "takes lines again"));
    }

    [Fact]
    public async Task Items_ThatAreNeverTaken_AreDroppedCountedAndSaid()
    {
        _server.ItemStatus = (_, source) => source.GetProperty("message").GetString() == "a.log line 3"
            ? (400, "document_parsing_exception")
            : default;
        await using var harness = Harness();
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await FinishAsync(harness, 9);

        Assert.DoesNotContain("a.log line 3", _server.Messages(DefaultIndex));
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Error, "1 events were dropped"));
    }

    [Fact]
    public async Task Items_ThatAreNeverTaken_GoToTheDeadLetterIndex()
    {
        _server.ItemStatus = (index, source) =>
            index != "dead" && source.GetProperty("message").GetString() == "a.log line 3"
                ? (400, "document_parsing_exception")
                : default;
        await using var harness = Harness(config => config.DeadLetterIndex = "dead");
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await FinishAsync(harness, 10);

        var dead = Assert.Single(_server.Documents, each => each.Key.Index == "dead").Value;
        Assert.Contains("\"message\":\"a.log line 3\"", dead.GetProperty("message").GetString()!);
        Assert.Equal("400", dead.GetProperty("error").GetProperty("type").GetString());
        Assert.NotEqual(0, dead.GetProperty("@timestamp").GetDateTimeOffset().Year);
    }

    [Fact]
    public async Task Requests_ThatAreTooLarge_AreHalved()
    {
        _server.BodyBytesMax = 100_000;
        await using var harness = Harness();
        harness.AppendLines("a.log", 0, 1600);
        await harness.StartAsync();
        await FinishAsync(harness, 1600);

        Assert.Equal(Lines("a.log", 1600), _server.Messages(DefaultIndex));
    }

    [Fact]
    public async Task Requests_ThatFailAsAWhole_AreSentAgain()
    {
        var statuses = new Queue<int>([503, 401, 429, 502]);
        _server.RequestStatus = () =>
        {
            lock (statuses)
            {
                return statuses.TryDequeue(out var status) ? status : 0;
            }
        };
        await using var harness = Harness();
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await FinishAsync(harness, 10);

        Assert.Equal(Lines("a.log", 10), _server.Messages(DefaultIndex));
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Error, "HTTP 401, told to"));
    }

    [Fact]
    public async Task IndexAndPipeline_AreChosenByRulesFieldsAndDate()
    {
        await using var harness = new AgentHarness(config =>
        {
            config.Elasticsearch = new ElasticsearchOutputConfig
            {
                Hosts = [_server.Url],
                Index = "logs-%{[fields.app]:none}-%{+yyyy}",
                Indices =
                [
                    new OutputRuleConfig
                    {
                        Index = "Errors-%{[agent.version]}",
                        When = Conditions.Of("contains", "message", "line 3"),
                    },
                ],
                Pipelines =
                [
                    new OutputRuleConfig
                    {
                        Pipeline = "%{[fields.app]}",
                        Mappings = new() { ["shop"] = "orders" },
                    },
                ],
            };
            config.Inputs[0].Fields = new() { ["app"] = "Shop" };
            config.Inputs[0].Fields["app"] = "shop";
        });
        harness.AppendLines("a.log", 0, 5);
        await harness.StartAsync();
        await FinishAsync(harness, 5);

        var version = AgentIdentity.Of(Guid.Empty, "").Version;
        Assert.Equal(["a.log line 3"], _server.Messages($"errors-{version}"));
        Assert.Equal(4, _server.Messages($"logs-shop-{TimeProvider.System.GetUtcNow().Year}").Length);
        Assert.All(_server.Pipelines, pipeline => Assert.Equal("orders", pipeline));
        Assert.Equal(5, _server.Pipelines.Count);
        Assert.DoesNotContain(_server.Requests, request => request.Contains("_index_template"));
    }

    [Fact]
    public async Task Requests_CarryCredentialsPathParametersAndHeaders()
    {
        await using var harness = Harness(config =>
        {
            config.Hosts = [_server.Url.Replace("http://", "", StringComparison.Ordinal).TrimEnd('/')];
            config.Path = "/behind/proxy";
            config.ApiKey = "id:key";
            config.CompressionLevel = 0;
            config.Parameters = new() { ["require_alias"] = "false" };
        });
        harness.AppendLines("a.log", 0, 5);
        await harness.StartAsync();
        await FinishAsync(harness, 5);

        Assert.Contains(
            "POST /behind/proxy/_bulk?filter_path=errors,items.*.status,items.*.error&require_alias=false",
            _server.Requests);
        Assert.All(_server.Authorizations, authorization => Assert.Equal("ApiKey aWQ6a2V5", authorization));
    }

    [Fact]
    public async Task SeveralOutputs_EachGetAllLines_AndOneThatIsAwayHoldsUpNoOther()
    {
        await using var harness = new AgentHarness(config =>
        {
            config.Kafka = config.Kafka;
            config.Elasticsearch = new ElasticsearchOutputConfig { Hosts = ["127.0.0.1:1"] };
        });
        harness.AppendLines("a.log", 0, 100);
        await harness.StartAsync();
        await harness.HasAsync(100);
        Assert.False(harness.Agent.CheckHealth().IsReady);
        Assert.Contains("Elasticsearch at http://127.0.0.1:1", harness.Agent.CheckHealth().Detail);
        await harness.CrashAsync();

        // It comes back: the other output begins where it was, and repeats nothing.
        await harness.StartAsync(config => config.Elasticsearch!.Hosts = [_server.Url]);
        await FinishAsync(harness, 100);
        Assert.Equal(Lines("a.log", 100), _server.Messages(DefaultIndex));
        Assert.Equal(100, harness.Queue.Count);
    }

    [Fact]
    public async Task Inputs_GoToTheOutputsThatTheyName()
    {
        await using var harness = new AgentHarness(config =>
        {
            config.Kafka = config.Kafka;
            config.Elasticsearch = new ElasticsearchOutputConfig { Hosts = [_server.Url] };
            config.Inputs[0].Outputs = ["elasticsearch"];
        });
        harness.AppendLines("a.log", 0, 100);
        await harness.StartAsync();
        await FinishAsync(harness, 100);
        Assert.Equal(0, harness.Queue.Count);
    }

    private static string[] Lines(string name, int count) =>
        [.. Enumerable.Range(0, count).Select(number => $"{name} line {number}")];

    private string[] MessagesOf(string name) =>
        [.. _server.Messages(DefaultIndex).Where(message => message.StartsWith(name, StringComparison.Ordinal))];

    private AgentHarness Harness(Action<ElasticsearchOutputConfig>? configure = null) => new(config =>
    {
        config.Elasticsearch = new ElasticsearchOutputConfig
        {
            Hosts = [_server.Url],
            BackoffInit = TimeSpan.FromMilliseconds(20),
            BackoffMax = TimeSpan.FromMilliseconds(100),
        };
        configure?.Invoke(config.Elasticsearch);
        Assert.Empty(config.Elasticsearch.Validate());
    });

    private async Task FinishAsync(AgentHarness harness, int expected)
    {
        try
        {
            await Eventually.TrueAsync(
                () => _server.Documents.Count >= expected && harness.Agent.GetStatus()!.BytesBehind == 0,
                $"{expected} documents");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{_server.Documents.Count} of {expected} documents; log:\n{harness.Loggers}");
        }

        await harness.StopAsync();
        Assert.Equal(expected, _server.Documents.Count);
    }
}
