using System.Text;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Record = LogFlow.Kafka.Protocol.Record;

namespace LogFlow.Processor.Tests;

public sealed class DeadLetterFileTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    private string Waiting => _folder.File("waiting.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Letters_Written_ComeBackAsTheyWere()
    {
        new DeadLetterFile(_folder.Path).Append([Letter(null, null), Letter("", "\u0001\n\"ü")]);

        var file = new DeadLetterFile(_folder.Path);
        Assert.Equal(2, file.Count);
        var letters = file.Peek(int.MaxValue);

        Assert.Null(letters[0].Key);
        Assert.Null(letters[0].Value);
        Assert.Null(letters[0].TimestampMs);
        Assert.Equal(0, letters[1].Key!.Value.Length);
        Assert.Equal("\u0001\n\"ü", Encoding.UTF8.GetString(letters[1].Value!.Value.Span));
        Assert.Equal("why", ScriptedTransport.Header(letters[1], "dlq.reason"));
        Assert.Null(letters[1].Headers![1].Value);
    }

    [Fact]
    public void Letters_ReadInParts_GoOneByOneAndTheFileAtTheEnd()
    {
        var file = new DeadLetterFile(_folder.Path);
        file.Append([Letter("a", "1"), Letter("b", "2")]);
        Assert.Single(file.Peek(1));
        file.Remove(1);
        file.Append([Letter("c", "3")]);

        Assert.Equal(2, file.Count);
        var rest = file.Peek(int.MaxValue);
        Assert.Equal(["2", "3"], rest.Select(letter => Encoding.UTF8.GetString(letter.Value!.Value.Span)));
        file.Remove(2);
        Assert.Equal(0, file.Count);
        Assert.False(File.Exists(Waiting));
    }

    /// <summary>Half a line was never acknowledged: its batch is read again.</summary>
    [Fact]
    public void Letter_TornByACrash_IsNotThereAndNotInTheWay()
    {
        new DeadLetterFile(_folder.Path).Append([Letter("a", "1")]);
        File.AppendAllText(Waiting, "{\"topic\":\"logs.dl");

        var file = new DeadLetterFile(_folder.Path);
        Assert.Equal(1, file.Count);
        Assert.Single(file.Peek(int.MaxValue));
        file.Append([Letter("b", "2")]);

        Assert.Equal(2, new DeadLetterFile(_folder.Path).Peek(int.MaxValue).Count);
    }

    [Fact]
    public void Letter_CutWithoutAKey_HasNone()
    {
        var letter = new PendingLetter(
            new DeadLetter(
                new Record(0, 0, null, new byte[100_000], 0, default), new TopicPartition("logs", 0),
                DeadLetterStage.Filter, "grok", "why"),
            DateTimeOffset.UnixEpoch);
        letter.Cut(50_000);

        Assert.Null(letter.ToRecord("logs.dlq").Key);
        Assert.InRange(letter.ToRecord("logs.dlq").Value!.Value.Length, 1000, 50_000);
    }

    private static ProducerRecord Letter(string? key, string? value) => new()
    {
        Topic = "logs.dlq",
        Key = key is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(key),
        Value = value is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(value),
        Headers = [DeadLetterHeaders.Header("dlq.reason", "why"), new("empty"u8.ToArray(), null)],
    };
}
