using LogFlow.Hosting;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Processor.Tests;

public sealed class ProcessorConfigTests
{
    [Fact]
    public void Defaults_AreValid() => Assert.Empty(ProcessorService.TestConfig(new ProcessorConfig()));

    [Fact]
    public void Sections_Missing_AreFilledInFromTheConfiguration()
    {
        var pipeline = Load(new ProcessorConfig
        {
            ConfigString = "filter { mutate { add_tag => [\"x\"] } }",
            QueueBootstrapServers = ["a:1", "b:2"],
            QueueTopics = ["one", "two"],
            QueueGroupId = "it's \"mine\"",
            OutputStoreUrl = "http://127.0.0.1:1234",
        });

        var input = Assert.Single(pipeline.Inputs);
        Assert.Equal(["a:1", "b:2"], KafkaInputPlugin.ReadClient(input.Settings).BootstrapServers);
        var consumer = KafkaInputPlugin.ReadConsumer(input.Settings, 0);
        Assert.Equal(["one", "two"], consumer.Topics);
        Assert.Equal("it's \"mine\"", consumer.GroupId);
        var output = Assert.Single(pipeline.Outputs);
        Assert.Equal(
            "http://127.0.0.1:1234/",
            ElasticsearchOutputPlugin.ReadStore(output.Settings, secret: null).Hosts[0].ToString());
        Assert.Single(pipeline.Filters);
    }

    [Fact]
    public void Credentials_FromTheConfiguration_ReachTheOutput()
    {
        var pipeline = Load(new ProcessorConfig
        {
            ConfigString = "filter {}",
            OutputElasticsearchUsername = "u",
            OutputElasticsearchPassword = "p\"}$",
            OutputElasticsearchHosts = ["https://a:9200", "https://b"],
        });

        var server = ElasticsearchOutputPlugin.Read(Assert.Single(pipeline.Outputs).Settings, isEcs: true).Server;
        Assert.Equal(("u", "p\"}$"), (server.User, server.Password));
        Assert.Equal(["https://a:9200/", "https://b:9200/"], server.Hosts.Select(host => host.ToString()));
    }

    [Fact]
    public void CredentialsAndTrust_OfAStoreElsewhere_ReachTheOutput()
    {
        var pipeline = Load(new ProcessorConfig
        {
            ConfigString = "filter {}",
            OutputStoreUrl = "https://logs.example.org:9200",
            OutputStoreUsername = "writer",
            OutputStorePassword = "p\"}$",
            OutputStoreAuthorities = ["/etc/a.crt", "/etc/b.crt"],
            OutputStoreFingerprint = "00ff",
        });

        var server = ElasticsearchOutputPlugin.ReadStore(Assert.Single(pipeline.Outputs).Settings, secret: "s");
        Assert.Equal("https://logs.example.org:9200/", Assert.Single(server.Hosts).ToString());
        Assert.Equal(("writer", "p\"}$"), (server.User, server.Password));
        Assert.Equal(["/etc/a.crt", "/etc/b.crt"], server.CertificateAuthorities);
        Assert.Equal("00ff", server.CaTrustedFingerprint);
    }

    [Fact]
    public void ApiKey_OfAStoreElsewhere_ReachesTheOutput_AndGoesWithNoUser()
    {
        var config = new ProcessorConfig
        {
            ConfigString = "filter {}",
            OutputStoreUrl = "https://logs.example.org:9200",
            OutputStoreApiKey = "id:key",
        };
        var settings = Assert.Single(Load(config).Outputs).Settings;
        Assert.Equal("id:key", ElasticsearchOutputPlugin.ReadStore(settings, secret: null).ApiKey);

        (config.OutputStoreUsername, config.OutputStorePassword) = ("u", null);
        Assert.Equal(
            ["output.store.api_key", "output.store.password"], config.Validate().Select(problem => problem.Key));
    }

    [Theory]
    [InlineData("output { elasticsearch { host => \"a\" } }", "host")]
    [InlineData("output { elasticsearch { hosts => \"ftp://a\" } }", "ftp://a")]
    [InlineData("output { elasticsearch { index => \"UPPER\" } }", "lower case")]
    [InlineData("output { elasticsearch { data_stream => true index => \"a\" } }", "data_stream")]
    [InlineData("output { elasticsearch { data_stream_dataset => \"a-b\" } }", "a-b")]
    [InlineData("output { elasticsearch { action => \"update\" } }", "document_id")]
    [InlineData("output { elasticsearch { sniffing => true } }", "sniffing")]
    [InlineData("output { elasticsearch { hosts => [\"http://a\", \"https://b\"] } }", "some hosts are http")]
    [InlineData("output { elasticsearch { proxy => \"proxy:1\" } }", "not the address of a proxy")]
    [InlineData("output { elasticsearch { index => \"a\" data_stream_type => \"logs\" } }", "as 'index' is set")]
    [InlineData("output { elasticsearch { data_stream => false data_stream_dataset => \"a\" } }", "plain indices")]
    [InlineData("output { file { path => \"/a\" filename_failure => \"a/b\" } }", "without a folder")]
    [InlineData("output { elasticsearch { cloud_id => \"x\" } }", "hosts")]
    [InlineData("output { elasticsearch { timeout => 0 } }", "timeout is a number of seconds, more than 0")]
    [InlineData("output { elasticsearch { retry_max_interval => 0.5 } }", "the first wait is longer")]
    [InlineData("output { store { retry_initial_interval => 10 } }", "the first wait is longer")]
    [InlineData("output { file {} }", "path")]
    [InlineData("output { stdout { codec => nope } }", "nope")]
    [InlineData("input { kafka { bootstrap_servers => \"nohost\" } }", "host:port")]
    [InlineData("input { kafka { topics_pattern => \"x.*\" } }", "topics")]
    [InlineData("input { kafka { consumer_threads => 0 } }", "consumer_threads")]
    [InlineData("input { beats { port => 5044 } }", "beats")]
    [InlineData("filter { grok { match => { \"message\" => \"%{NOPE}\" } } }", "NOPE")]
    [InlineData("filter { if [a] { ", "config.string:1:")]
    public void Mistake_InThePipeline_IsNamedWithItsPlace(string text, string expected)
    {
        var problems = ProcessorService.TestConfig(new ProcessorConfig { ConfigString = text });

        var problem = Assert.Single(problems);
        Assert.Contains(expected, problem);
        Assert.StartsWith("config.string:1:", problem);
        Assert.Contains("^", problem);
    }

    [Fact]
    public void Mistakes_OfTheConfiguration_AreAllReported()
    {
        var problems = new ProcessorConfig
        {
            PathConfig = "a",
            ConfigString = "b",
            PipelineWorkers = -1,
            ApiHttpPort = 70_000,
            PipelineEcsCompatibility = "v7",
            OutputStoreUrl = "nowhere",
            LogLevel = "loud",
            OutputElasticsearchHosts = ["nowhere"],
            ConfigReloadAutomatic = true,
        }.Validate();

        Assert.Equal(
            ["api.http.port", "config.reload.automatic", "config.string", "log.level", "output.elasticsearch.hosts",
                "output.store.url", "pipeline.ecs_compatibility", "pipeline.workers"],
            problems.Select(problem => problem.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Path_OfAFolder_JoinsItsFilesInOrder()
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("20-b.conf"), "filter { mutate { add_tag => [\"b\"] } }");
        File.WriteAllText(folder.File("10-a.conf"), "filter { drop {} }");
        File.WriteAllText(folder.File("30-c.conf~"), "this is a backup");

        foreach (var path in new[] { folder.Path, folder.File("*.conf") })
        {
            var pipeline = Load(new ProcessorConfig { PathConfig = path });
            Assert.Equal(["drop", "mutate"], pipeline.Filters.Select(filter => filter.Node.Name));
        }
    }

    [Theory]
    [InlineData("nothing/here.conf")]
    [InlineData("*.nope")]
    public void Path_WithoutFiles_IsAProblem(string path)
    {
        using var folder = new TempDirectory();
        var problem = Assert.Single(
            ProcessorService.TestConfig(new ProcessorConfig { PathConfig = folder.File(path) }));
        Assert.Contains(path, problem);
    }

    [Fact]
    public void DefaultPipeline_Exported_IsWhatRuns()
    {
        Assert.Contains("combined", ProcessorService.DefaultPipeline, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(
            ProcessorService.TestConfig(new ProcessorConfig { ConfigString = ProcessorService.DefaultPipeline }));
    }

    [Theory]
    [InlineData(null, "http://other:9200", true)]
    [InlineData("output { store { url => 'http://other:9200' } }", null, true)]
    [InlineData("output { file { path => '/tmp/a' } }", "http://other:9200", false)]
    [InlineData(null, null, false)]
    public async Task StoreOfAnotherProcess_WithoutItsSecret_IsOneErrorAtTheStart(
        string? text, string? url, bool isRefused)
    {
        var config = new ProcessorConfig { ConfigString = text, OutputStoreUrl = url };
        var loaded = ProcessorPipeline.Load(config, TimeProvider.System);
        var pipeline = loaded.Complete();
        if (!isRefused)
        {
            config.RequireStoreSecret(pipeline);
            return;
        }

        await using var service = new ProcessorService(
            config, loaded, NullLoggerFactory.Instance, TestHost.Meters(), TimeProvider.System);
        var error = await Assert.ThrowsAsync<StartupException>(() => service.StartAsync(CancellationToken.None));
        Assert.Equal(2, error.ExitCode);
        Assert.StartsWith("output.store.secret_file: is not set", error.Message, StringComparison.Ordinal);
        Assert.Contains("http://other:9200", error.Message, StringComparison.Ordinal);
        Assert.Contains("'positions-secret'", error.Message, StringComparison.Ordinal);
        config.OutputStoreSecret = "known";
        config.RequireStoreSecret(pipeline);
    }

    [Theory]
    [InlineData("filter { drop {} }", "kafka,store")]
    [InlineData("input { kafka { bootstrap_servers => \"own:9092\" } }", "kafka,store")]
    [InlineData("output { if [a] { stdout {} } else { file { path => \"/tmp/a\" } } }", "kafka,stdout,file")]
    [InlineData(null, "kafka,store")]
    public void Pipeline_CompletedWhenAddressesAreKnown_SharesItsFilters(string? text, string ends)
    {
        var config = new ProcessorConfig { ConfigString = text, QueueBootstrapServers = ["early:1"] };
        var pipeline = ProcessorPipeline.Load(config, TimeProvider.System);
        var early = pipeline.Complete();
        config.QueueBootstrapServers = ["late:2"];
        config.OutputStoreUrl = "http://late:3";
        var late = pipeline.Complete();

        Assert.Same(early.Filters, late.Filters);
        Assert.Equal(ends, string.Join(',', late.Inputs.Concat(late.Outputs).Select(node => node.Name)));
        var servers = KafkaInputPlugin.ReadClient(late.Inputs[0].Settings).BootstrapServers;
        Assert.Equal([text?.Contains("own", StringComparison.Ordinal) == true ? "own:9092" : "late:2"], servers);
        if (late.Outputs[0].Name == "store")
        {
            var store = ElasticsearchOutputPlugin.ReadStore(late.Outputs[0].Settings, secret: null);
            Assert.Equal("http://late:3/", Assert.Single(store.Hosts).ToString());
        }
    }

    private static Pipeline.CompiledPipeline Load(ProcessorConfig config) =>
        new PipelineLoader(config, TimeProvider.System).Load();
}
