using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;

namespace LogFlow.Processor.Tests;

/// <summary>Dead letters beside the outputs: they hold their own batches only.</summary>
public sealed class DeadLetterLaneTests
{
    private const int RefusedCount = 20_000;

    [Fact]
    public async Task RefusedDocuments_ByTheThousand_DoNotHoldTheOthers()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue(partitions: 2);
        queue.Append(0, Enumerable.Repeat($"{{\"m\":\"{FakeElasticsearch.Poison}\"}}", RefusedCount));
        var letters = new HeldDeadLetters();
        var consumer = queue.Connect(1, 0, 1);
        consumer.BatchRecordsMax = 1000;
        await using var service = Start(server, consumer, letters);
        await Eventually.TrueAsync(() => letters.Waiting > 0, "the first letters");

        // None of them is kept yet; documents behind them and beside them arrive all the same.
        queue.Append(0, """{"m":"behind"}""");
        queue.Append(1, """{"m":"beside"}""");
        await Eventually.TrueAsync(() => server.Documents.Count == 2, "the good documents");
        Assert.Null(queue.CommittedOf(queue.Partition(0)));

        letters.LetGo();
        await Eventually.TrueAsync(
            () => queue.CommittedOf(queue.Partition(0)) == RefusedCount + 1, "the commit");
        Assert.Equal(RefusedCount, letters.Kept.Letters.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_WithLettersThatNobodyTakes_Ends(bool isTold)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, null, "{}");
        var letters = new HeldDeadLetters { TellsOfIt = isTold };
        await using var service = Start(server, queue.Connect(1, 0), letters);
        await Eventually.TrueAsync(() => letters.Waiting > 0 && !server.Documents.IsEmpty, "the letter");
        Assert.Equal(!isTold, service.CheckHealth().IsReady);

        await service.StopAsync(default).WaitAsync(TimeSpan.FromSeconds(isTold ? 10 : 60));

        Assert.Null(queue.CommittedOf(queue.Partition(0)));
    }

    /// <summary>
    /// The store's position moves over a record that the filters refused, and the process dies before its letter is
    /// kept: where the store stands is not where reading may go on.
    /// </summary>
    [Fact]
    public async Task Crash_BeforeTheLetterIsKept_LosesNoLetter()
    {
        await using var store = await FakeStore.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, """{"n":1}""", null, """{"n":3}""");
        var lost = new HeldDeadLetters();
        var first = StartStore(store, queue.Connect(1, 0), lost);
        await Eventually.TrueAsync(() => store.Documents().Count == 2 && lost.Waiting == 1, "the documents");
        store.Seal();
        await first.DisposeAsync();

        var kept = new CollectingDeadLetters();
        await using var second = StartStore(store, queue.Connect(2, 0), kept);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 3, "the commit");

        Assert.Equal(1, Assert.Single(kept.Letters).Key.Offset);
        Assert.Equal(2, store.Documents().Count);
    }

    [Fact]
    public async Task Batch_ThatCannotBeDecoded_IsPutAsideWholeAndReadingGoesOn()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, Enumerable.Range(0, 100).Select(static n => $"{{\"n\":{n}}}"));
        var raw = "61 bytes of header, then what is no gzip"u8.ToArray();
        queue.Undecodable[(0, 40)] = new UndecodableBatch(40, 49, 10, CompressionType.Gzip, "no gzip", raw);
        var letters = new CollectingDeadLetters();
        await using var service = Start(server, queue.Connect(1, 0), letters);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 100, "the commit");

        Assert.Equal(90, server.Documents.Count);
        var letter = Assert.Single(letters.Letters).Value;
        Assert.Equal(DeadLetterStage.Decode, letter.Stage);
        Assert.Equal(raw, letter.Record.Value!.Value.ToArray());
        var headers = new PendingLetter(letter, DateTimeOffset.UnixEpoch).ToRecord("logs.dlq");
        Assert.Equal("40", ScriptedTransport.Header(headers, "dlq.offset"));
        Assert.Equal("49", ScriptedTransport.Header(headers, "dlq.last_offset"));
        Assert.Equal("gzip", ScriptedTransport.Header(headers, "dlq.codec"));
    }

    private static ProcessorService Start(
        FakeElasticsearch server, ScriptedConsumer consumer, IDeadLetterSink letters) => TestHost.Start(
            $$"""output { elasticsearch { hosts => "{{server.Url}}" } }""", consumer, letters);

    private static ProcessorService StartStore(
        FakeStore store, ScriptedConsumer consumer, IDeadLetterSink letters) => TestHost.Start(
            $$"""output { store { url => "{{store.Url}}" } }""", consumer, letters);
}
