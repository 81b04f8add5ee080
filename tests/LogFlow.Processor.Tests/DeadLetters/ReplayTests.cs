using System.Text;
using LogFlow.Kafka.Client;
using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch.Tests;
using LogFlow.Testing;
using Record = LogFlow.Kafka.Protocol.Record;

namespace LogFlow.Processor.Tests;

/// <summary>From a dead letter through its topic back into the queue and to the outputs.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Elasticsearch refuses what the file takes. The cause is mended, the letter put back twice: the document is there
    /// once, under the id that the record had the first time, and the file has its line once.
    /// </summary>
    [Fact]
    public async Task Replay_Twice_GivesOneDocumentUnderTheOriginalId()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        var file = _folder.File("out.log");
        queue.Append(0, """{"m":"first"}""", $"{{\"m\":\"{FakeElasticsearch.Poison}\"}}");
        var letters = new CollectingDeadLetters();
        var text = $$"""
            filter { if [@metadata][mend] or "${LF_MEND:no}" == "yes" { mutate { replace => { "m" => "mended" } } } }
            output {
              elasticsearch { hosts => "{{server.Url}}" }
              file { path => "{{file}}" codec => line { format => "%{m}" } }
            }
            """;
        await using (var first = TestHost.Start(text, queue.Connect(1, 0), letters))
        {
            await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 2, "the commit");
            await first.StopAsync(default);
        }

        var replay = PutBack(queue, Assert.Single(letters.Letters).Value);
        Assert.Equal((queue.Topic, 0), (replay.Topic, replay.Partition));
        queue.AppendRecord(0, replay);
        queue.AppendRecord(0, replay);
        var mended = text.Replace("${LF_MEND:no}", "yes", StringComparison.Ordinal);
        await using var second = TestHost.Start(mended, queue.Connect(2, 0), letters);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 4, "the second commit");

        var id = $"{KafkaUuid.Format(queue.TopicId)}-0";
        Assert.Equal(
            [$"logs-generic-default/{id}-0", $"logs-generic-default/{id}-1"],
            server.Documents.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2, (await File.ReadAllLinesAsync(file)).Length);
        Assert.Single(letters.Letters);
    }

    [Fact]
    public async Task Replay_RefusedAgain_KeepsTheOriginalIdentityAndCounts()
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, """{"m":"first"}""", $"{{\"m\":\"{FakeElasticsearch.Poison}\"}}");
        var letters = new CollectingDeadLetters();
        await using var service = TestHost.Start(
            $$"""output { elasticsearch { hosts => "{{server.Url}}" } }""", queue.Connect(1, 0), letters);
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 2, "the commit");
        queue.AppendRecord(0, PutBack(queue, letters.Letters[(0, 1)]));
        await Eventually.TrueAsync(() => queue.CommittedOf(queue.Partition(0)) == 3, "the second commit");

        var again = new PendingLetter(letters.Letters[(0, 2)], DateTimeOffset.UnixEpoch).ToRecord("logs.dlq");
        Assert.Equal("1", ScriptedTransport.Header(again, "dlq.offset"));
        Assert.Equal("2", ScriptedTransport.Header(again, "dlq.attempts"));
        Assert.Equal("1", ScriptedTransport.Header(again, "dlq.replays"));
    }

    /// <summary>Headers are what any producer can write: nobody may claim the id of a record to come.</summary>
    [Theory]
    [InlineData(7, 0, true)]
    [InlineData(1, 0, true)]
    [InlineData(0, 1, true)]
    [InlineData(0, 0, false)]
    public async Task Replay_OfWhatDoesNotStandBefore_IsARecordLikeAnyOther(
        long offset, int partition, bool isSameTopic)
    {
        await using var server = await FakeElasticsearch.StartAsync();
        var queue = new ScriptedQueue();
        queue.Append(0, """{"m":"first"}""");
        queue.AppendRecord(0, new ProducerRecord
        {
            Topic = "logs",
            Value = Encoding.UTF8.GetBytes("""{"m":"second"}"""),
            Headers =
            [
                DeadLetterHeaders.Header(
                    "dlq.topic_id", KafkaUuid.Format(isSameTopic ? queue.TopicId : Guid.NewGuid())),
                DeadLetterHeaders.Header("dlq.partition", $"{partition}"),
                DeadLetterHeaders.Header("dlq.offset", $"{offset}"),
                DeadLetterHeaders.Header("dlq.replays", "1"),
            ],
        });
        await using var service = TestHost.Start(
            $$"""output { elasticsearch { hosts => "{{server.Url}}" } }""", queue.Connect(1, 0),
            new CollectingDeadLetters());
        await Eventually.TrueAsync(() => server.Documents.Count == 2, "both documents");

        Assert.EndsWith("-0-1", server.Documents.Keys.Order(StringComparer.Ordinal).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_OfATopicMadeAnew_HasNoIdentity()
    {
        var letter = Letter(new ScriptedQueue(), 5);
        var record = ScriptedQueue.ToRecord(
            0, new PendingLetter(letter, DateTimeOffset.UnixEpoch).ToRecord("logs.dlq"));

        var replay = StoredDeadLetter.Read(record).ToReplay(record, null, KafkaUuid.Format(Guid.NewGuid()), 3);

        Assert.Null(replay.Partition);
        Assert.Null(ScriptedTransport.Header(replay, "dlq.replays"));
    }

    private static ProducerRecord PutBack(ScriptedQueue queue, DeadLetter letter)
    {
        var record = ScriptedQueue.ToRecord(
            0, new PendingLetter(letter, DateTimeOffset.UnixEpoch).ToRecord("logs.dlq"));
        return StoredDeadLetter.Read(record).ToReplay(record, null, KafkaUuid.Format(queue.TopicId), 1);
    }

    private static DeadLetter Letter(ScriptedQueue queue, long offset) => new(
        new Record(offset, 0, null, "v"u8.ToArray(), 0, default),
        queue.Partition(0), DeadLetterStage.Filter, "grok", "why")
    {
        TopicId = queue.TopicId,
    };
}
