using System.Text;
using System.Text.Json;
using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>Output elasticsearch: options mean what they mean in Logstash.</summary>
public sealed class ElasticsearchOptionTests
{
    [Theory]
    [InlineData("", true, BulkAction.Create, null)]
    [InlineData("index => 'a'", false, BulkAction.Create, "a")]
    [InlineData("document_id => '%{id}'", false, BulkAction.Index, "ecs-logstash-%{+yyyy.MM.dd}")]
    [InlineData("document_id => '%{id}' action => 'create'", false, BulkAction.Create, "ecs-logstash-%{+yyyy.MM.dd}")]
    [InlineData("document_id => '%{id}' data_stream => true", true, BulkAction.Create, null)]
    [InlineData("action => 'create'", true, BulkAction.Create, null)]
    [InlineData("action => 'index'", false, BulkAction.Index, "ecs-logstash-%{+yyyy.MM.dd}")]
    [InlineData("manage_template => true", false, BulkAction.Create, "ecs-logstash-%{+yyyy.MM.dd}")]
    [InlineData("manage_template => false", true, BulkAction.Create, null)]
    [InlineData("ilm_enabled => false", false, BulkAction.Create, "ecs-logstash-%{+yyyy.MM.dd}")]
    [InlineData("doc_as_upsert => true", false, BulkAction.Create, "ecs-logstash-%{+yyyy.MM.dd}")]
    [InlineData("ecs_compatibility => 'disabled'", false, BulkAction.Create, "logstash-%{+yyyy.MM.dd}")]
    [InlineData("data_stream => false", false, BulkAction.Create, "ecs-logstash-%{+yyyy.MM.dd}")]
    [InlineData("data_stream_dataset => 'x' pipeline => 'p' routing => 'r'", true, BulkAction.Create, null)]
    public void Options_Together_DecideBetweenDataStreamAndIndex(
        string options, bool dataStream, BulkAction action, string? index)
    {
        var read = Read(options);

        Assert.Equal(dataStream, read.DataStream is not null);
        Assert.Equal(action, read.Action);
        if (index is not null)
        {
            Assert.Equal(index, read.Index.Text);
        }
    }

    [Fact]
    public void Connection_Options_AreObeyed()
    {
        var server = Read("ssl_certificate_authorities => ['/a', '/b'] proxy => 'http://p:3128'").Server;

        Assert.Equal(["/a", "/b"], server.CertificateAuthorities);
        Assert.Equal(new Uri("http://p:3128"), server.Proxy);
        Assert.False(server.DisableProxy);
        Assert.True(Read("proxy => ''").Server.DisableProxy);
    }

    [Fact]
    public async Task DocumentId_WithTheDefaultAction_LastVersionWins()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(1, 3).Select(v => $"{{\"id\":\"1\",\"v\":{v}}}"));
        await using var service = Start(
            server, queue, new CollectingDeadLetters(), "index => 'a' document_id => '%{id}'");
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 3, "the commit");

        Assert.Equal(3, Parse(server.Documents["a/1"]).GetProperty("v").GetInt32());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("doc_as_upsert => true", 1)]
    public async Task Update_OfAnAbsentDocument_NeedsDocAsUpsert(string option, int stored)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, "{\"id\":\"1\"}");
        var letters = new CollectingDeadLetters();
        await using var service = Start(
            server, queue, letters, $"index => 'a' document_id => '%{{id}}' action => 'update' {option}");
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 1, "the commit");

        Assert.Equal(stored, server.Documents.Count);
        Assert.Equal(1 - stored, letters.Letters.Count);
        Assert.All(letters.Letters.Values, letter => Assert.Contains("document_missing_exception", letter.Reason));
        Assert.Equal(1, server.BulkRequests);
    }

    [Theory]
    [InlineData("index => '%{app}-x'", "index cannot be filled in: the event has no %{app}")]
    [InlineData("index => 'a' document_id => '%{[nope][id]}'", "document_id cannot be filled in")]
    [InlineData("pipeline => '%{p}'", "pipeline cannot be filled in")]
    [InlineData("routing => '%{r}'", "routing cannot be filled in")]
    public async Task Field_ThatTheEventLacks_MakesADeadLetter(string option, string reason)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, "{\"n\":1}", "{\"app\":\"b\",\"nope\":{\"id\":\"7\"},\"p\":\"pp\",\"r\":\"rr\"}");
        var letters = new CollectingDeadLetters();
        await using var service = Start(server, queue, letters, option);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 2, "the commit");

        Assert.Single(server.Documents);
        var letter = Assert.Single(letters.Letters);
        Assert.Equal((0, DeadLetterStage.Output), (letter.Key.Offset, letter.Value.Stage));
        Assert.Contains(reason, letter.Value.Reason);
    }

    [Fact]
    public async Task IndexName_Unresolved_IsTakenAsItStandsWhereAskedFor()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, "{\"n\":1}");
        await using var service = Start(
            server, queue, new CollectingDeadLetters(),
            "index => '%{app}-x' dlq_on_failed_indexname_interpolation => false");
        await Eventually.TrueAsync(() => !server.Documents.IsEmpty, "the document");

        Assert.StartsWith("%{app}-x/", Assert.Single(server.Documents.Keys), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainIndex_Documents_AreTheEventAndNothingElse()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":\"login\"}");
        await using var service = Start(server, queue, new CollectingDeadLetters(), "index => 'a'");
        await Eventually.TrueAsync(() => !server.Documents.IsEmpty, "the document");

        Assert.Equal(
            "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"event\":\"login\"}",
            Encoding.UTF8.GetString(Assert.Single(server.Documents).Value));
    }

    [Theory]
    [InlineData("file elasticsearch store stdout")]
    [InlineData("elasticsearch file store stdout")]
    [InlineData("store elasticsearch stdout file")]
    public async Task Outputs_InAnyOrder_WriteTheSame(string order)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        await using var store = await FakeStore.StartAsync();
        using var folder = new TempDirectory();
        var queue = new ScriptedQueue();
        const string Line = "{\"@timestamp\":\"2026-01-02T03:04:05Z\",\"message\":\"m\",\"event\":{\"kind\":\"k\"}}";
        queue.Append(0, Line);
        var outputs = string.Concat(order.Split(' ').Select(name => name switch
        {
            "file" => $"file {{ path => '{folder.File("out.log")}' }} ",
            "store" => $"store {{ url => '{store.Url}' }} ",
            "stdout" => "stdout { codec => json_lines } ",
            _ => $"elasticsearch {{ hosts => '{server.Url}' }} ",
        }));
        await using var service = TestHost.Start(
            $"output {{ {outputs} }}", queue.Connect(1, 0), new CollectingDeadLetters());
        await Eventually.TrueAsync(() => !server.Documents.IsEmpty && store.Documents().Count == 1, "both documents");
        await Eventually.TrueAsync(
            () => File.Exists(folder.File("out.log")) && File.ReadAllText(folder.File("out.log")).Length > 0,
            "the line");

        Assert.Equal(Line + "\n", await File.ReadAllTextAsync(folder.File("out.log")));
        var document = Parse(Assert.Single(server.Documents).Value);
        Assert.Equal("k", DefaultPipeline.Text(document, "event.kind"));
        Assert.NotNull(DefaultPipeline.Text(document, "event.ingested"));
        Assert.Equal("generic", DefaultPipeline.Text(document, "data_stream.dataset"));
    }

    private static ElasticsearchOutputOptions Read(string options)
    {
        var config = new ProcessorConfig { ConfigString = $"output {{ elasticsearch {{ {options} }} }}" };
        var pipeline = ProcessorPipeline.Load(config, TimeProvider.System).Complete();
        return ElasticsearchOutputPlugin.Read(Assert.Single(pipeline.Outputs).Settings, isEcs: true);
    }

    private static ProcessorService Start(
        FakeElasticsearch server, ScriptedQueue queue, IDeadLetterSink letters, string options) => TestHost.Start(
            $"output {{ elasticsearch {{ hosts => '{server.Url}' {options} }} }}", queue.Connect(1, 0), letters);

    private static JsonElement Parse(byte[] source) => JsonDocument.Parse(Encoding.UTF8.GetString(source)).RootElement;
}
