using System.Security.Cryptography;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;
using Record = LogFlow.Kafka.Protocol.Record;

namespace LogFlow.Processor.Tests;

public sealed class KafkaDeadLetterSinkTests : IAsyncDisposable
{
    private static readonly Guid TopicId = new("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

    private readonly TempDirectory _folder = new();
    private readonly ScriptedTransport _queue = new();
    private readonly HandTime _time = new();
    private readonly CollectingLogs _logs = new();
    private readonly DeadLetterFile _file;
    private readonly KafkaDeadLetterSink _sink;

    public KafkaDeadLetterSinkTests()
    {
        _file = new DeadLetterFile(Path.Combine(_folder.Path, "dead_letters"));
        _sink = new KafkaDeadLetterSink(
            _queue, _file, new ProcessorMetrics(TestHost.Meters()), _logs, _time);
    }

    public async ValueTask DisposeAsync()
    {
        await _sink.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Letters_OfOneCall_GoTogetherAndAreSaidToBeThereOnceTheyAre()
    {
        var answered = new TaskCompletionSource();
        _queue.Gate = answered.Task;
        var sending = _sink.SendAsync(Letters(500), default);

        Assert.Equal(500, _queue.Outstanding);
        Assert.Empty(_logs.Lines);
        answered.SetResult();
        await sending;

        Assert.Equal(500, _queue.Taken.Count);
        Assert.Equal(1, _logs.Count(
            LogLevel.Warning, "500 record(s) could not be processed and went to logs.dlq"));
    }

    [Fact]
    public async Task Letter_Written_KeepsTheRecordAndItsIdentity()
    {
        await _sink.SendAsync([Letter("value", offset: 41) with { Reason = new string('r', 3000) }], default);

        var taken = Assert.Single(_queue.Taken);
        Assert.Equal("value", Encoding.UTF8.GetString(taken.Value!.Value.Span));
        Assert.Equal("key", Encoding.UTF8.GetString(taken.Key!.Value.Span));
        Assert.Equal(1_700_000_000_041, taken.TimestampMs);
        Assert.Equal(1, taken.Partition);
        Assert.Equal("Dx4tPEtaaXiHlqW0w9Lh8A", ScriptedTransport.Header(taken, "dlq.topic_id"));
        Assert.Equal("logs", ScriptedTransport.Header(taken, "dlq.topic"));
        Assert.Equal("4", ScriptedTransport.Header(taken, "dlq.partition"));
        Assert.Equal("41", ScriptedTransport.Header(taken, "dlq.offset"));
        Assert.Equal("output", ScriptedTransport.Header(taken, "dlq.stage"));
        Assert.Equal(2000, ScriptedTransport.Header(taken, "dlq.reason")!.Length);
    }

    [Fact]
    public async Task Letter_TooLarge_IsCutAndItsWholeKept()
    {
        var value = string.Concat(Enumerable.Repeat("äöü", 100_000));
        _queue.Answer = record => record.Value!.Value.Length > 100_000 ? ErrorCode.MessageTooLarge : ErrorCode.None;

        await _time.RunAsync(_sink.SendAsync([Letter(value)], default));

        var taken = Assert.Single(_queue.Taken);
        var whole = Encoding.UTF8.GetBytes(value);
        Assert.StartsWith(Encoding.UTF8.GetString(taken.Value!.Value.Span), value, StringComparison.Ordinal);
        Assert.InRange(taken.Value!.Value.Length, 50_000, 100_000);
        Assert.Equal("600000", ScriptedTransport.Header(taken, "dlq.truncated"));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(whole));
        Assert.Equal(sha256, ScriptedTransport.Header(taken, "dlq.sha256"));
        Assert.Equal(whole, await File.ReadAllBytesAsync(Path.Combine(_file.Folder, "whole", sha256)));
        Assert.Equal(0, _sink.Status.InFile);
    }

    /// <summary>Batches of small letters may be more than the topic takes: none of them is cut for it.</summary>
    [Fact]
    public async Task Letters_TooLargeTogether_AreSentInSmallerCompany()
    {
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        _queue.Gate = first.Task;
        _queue.Answer = _ => second.Task.IsCompleted ? ErrorCode.None : ErrorCode.RecordListTooLarge;
        var sending = _sink.SendAsync(Letters(400), default);
        Assert.Equal(400, _queue.Outstanding);
        _queue.Gate = second.Task;
        first.SetResult();
        await _time.RunAsync(Eventually.TrueAsync(() => _queue.Outstanding is > 0 and < 400, "a smaller company"));

        second.SetResult();
        await _time.RunAsync(sending);

        Assert.Equal(400, _queue.Taken.Count);
        Assert.All(_queue.Taken, static taken => Assert.Null(ScriptedTransport.Header(taken, "dlq.truncated")));
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed, false)]
    [InlineData(ErrorCode.PolicyViolation, true)]
    [InlineData(ErrorCode.InvalidRecord, false)]
    public async Task Letters_RefusedForGood_WaitInTheFileAndAreSentLater(ErrorCode error, bool topicIsRefused)
    {
        var refuses = true;
        _queue.Prepare = () => refuses && topicIsRefused ? error : ErrorCode.None;
        _queue.Answer = _ => refuses ? error : ErrorCode.None;

        await _time.RunAsync(_sink.SendAsync(Letters(20), default));

        Assert.Empty(_queue.Taken);
        Assert.Equal(20, _sink.Status.InFile);
        Assert.Contains(error.ToString(), _sink.Status.LastError, StringComparison.Ordinal);
        Assert.Null(_sink.Status.WaitingSince);
        Assert.Equal(20, new DeadLetterFile(_file.Folder).Count);

        refuses = false;
        await _time.RunAsync(Eventually.TrueAsync(() => _sink.Status.InFile == 0, "the file to be sent"));
        Assert.Equal(
            Enumerable.Range(0, 20).Select(static n => $"{n}"),
            _queue.Taken.Select(static taken => ScriptedTransport.Header(taken, "dlq.offset")));
        Assert.False(File.Exists(Path.Combine(_file.Folder, "waiting.jsonl")));
    }

    [Fact]
    public async Task Letter_NotTakenNow_IsToldAndRepeated()
    {
        var attempts = 0;
        _queue.Answer = _ => ++attempts < 4 ? ErrorCode.NotEnoughReplicas : ErrorCode.None;
        var sending = _sink.SendAsync([Letter("value")], default);
        await Eventually.TrueAsync(() => _sink.Status.WaitingSince is not null, "the wait to be told");
        await _time.RunAsync(sending);

        Assert.Equal(4, attempts);
        Assert.Null(_sink.Status.WaitingSince);
        Assert.Single(_queue.Taken);
    }

    /// <summary>What answers "later" for ever is no reason to stand still for ever.</summary>
    [Fact]
    public async Task Letter_NotTakenForLong_GoesToTheFile()
    {
        _queue.Answer = static _ => ErrorCode.UnknownServerError;
        await _time.RunAsync(_sink.SendAsync([Letter("value")], default));

        Assert.Equal(1, _sink.Status.InFile);
    }

    /// <summary>A folder that cannot be made: the letter waits, which health tells, and a stop ends the wait.</summary>
    [Fact]
    public async Task Letter_ThatNobodyTakes_WaitsUntilTheStop()
    {
        await File.WriteAllTextAsync(_file.Folder, "a file in the folder's place");
        _queue.Answer = static _ => ErrorCode.TopicAuthorizationFailed;
        using var stop = new CancellationTokenSource();
        var sending = _sink.SendAsync([Letter("value")], stop.Token);
        await Eventually.TrueAsync(() => _sink.Status.WaitingSince is not null, "the wait to be told");

        Assert.Contains(_file.Folder, _sink.Status.LastError, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    private static DeadLetter[] Letters(int count) =>
        [.. Enumerable.Range(0, count).Select(static n => Letter($"value {n}", n))];

    private static DeadLetter Letter(string value, long offset = 0) => new(
        new Record(
            offset, 1_700_000_000_000 + offset, "key"u8.ToArray(), Encoding.UTF8.GetBytes(value), 0, default),
        new TopicPartition("logs", 4), DeadLetterStage.Output, "elasticsearch", "400 mapper_parsing_exception")
    {
        TopicId = TopicId,
    };
}
