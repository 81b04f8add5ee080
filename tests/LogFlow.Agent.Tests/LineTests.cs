using System.Text;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary>Framing, encodings, limits and filters, through the whole agent.</summary>
public sealed class LineTests
{
    [Fact]
    public async Task LineOverTheLimit_IsCutAndFlagged_NextLinesAreIntact()
    {
        // 17
        await using var harness = new AgentHarness(config => config.Inputs[0].MessageMaxBytes = 1000);
        var longLine = new string('x', 5000);
        harness.Append("a.log", $"before\n{longLine}\nafter\n{new string('y', 3_000_000)}\nlast\n");
        await harness.StartAsync();
        await harness.FinishAsync(5);
        var records = harness.Queue.Records();
        Assert.Equal(
            ["before", new string('x', 1000), "after", new string('y', 1000), "last"],
            records.Select(record => record.Message));
        Assert.Equal([false, true, false, true, false], records.Select(record => record.Event.GetProperty("log")
            .TryGetProperty("flags", out var flags) && flags[0].GetString() == "truncated"));
        Assert.Equal(
            [0L, 7, 7 + 5001, 7 + 5001 + 6, 7 + 5001 + 6 + 3_000_001],
            records.Select(record => record.Offset));
        Assert.Equal(2, harness.Agent.GetStatus()!.LinesTruncated);
    }

    [Fact]
    public async Task FiftyMegabyteLine_GrowingSlowly_IsOneEvent()
    {
        await using var harness = new AgentHarness();
        await harness.StartAsync();
        harness.Append("a.log", "before\n");
        var part = new string('z', 1 << 20);
        for (var written = 0; written < 50; written++)
        {
            harness.Append("a.log", part);
        }

        harness.Append("a.log", "\nafter\n");
        await harness.FinishAsync(3);
        Assert.Equal(["before", "after"], harness.Queue.Messages().Where(message => message.Length < 100));
        Assert.True(harness.Queue.Messages()[1].Length > 900_000);
    }

    [Fact]
    public async Task LineOverTheLimit_AcrossRestart_ContinuesBehindIt()
    {
        await using var harness = new AgentHarness(config => config.Inputs[0].MessageMaxBytes = 100);
        harness.Append("a.log", new string('x', 600_000) + "\ntail");
        await harness.StartAsync();
        await harness.HasAsync(1);
        await harness.StopAsync();
        harness.Append("a.log", " end\n");
        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal("tail end", harness.Queue.Messages()[1]);
    }

    [Theory]
    [InlineData("auto", "one\r\ntwo\r\n")]
    [InlineData("line_feed", "one\ntwo\n")]
    [InlineData("carriage_return_line_feed", "one\r\ntwo\r\n")]
    [InlineData("carriage_return", "one\rtwo\r")]
    [InlineData("null_terminator", "one\0two\0")]
    [InlineData("line_separator", "one\u2028two\u2028")]
    public async Task Terminators_WrittenByteByByte_AreFound(string terminator, string text)
    {
        // 19: the terminator falls on every border of a read.
        await using var harness = new AgentHarness(config => config.Inputs[0].LineTerminator =
            Enum.Parse<LineTerminator>(terminator.Replace("_", "", StringComparison.Ordinal), ignoreCase: true));
        await harness.StartAsync();
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            using (var file = new FileStream(
                harness.PathOf("a.log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            {
                file.WriteByte(value);
            }

            await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.FilesWatched == 1, "seen");
        }

        await harness.FinishAsync(2);
        Assert.Equal(["one", "two"], harness.Queue.Messages());
    }

    [Fact]
    public async Task Terminators_AtBufferBorders_AreFound()
    {
        // 19: lines of all lengths, so that CR and LF fall on both sides of the 1 KiB blocks.
        await using var harness = new AgentHarness(config => config.Inputs[0].BufferSize = 1024);
        var lines = Enumerable.Range(1, 400)
            .Select(length => new string((char)('a' + (length % 26)), length * 7))
            .ToList();
        harness.Append("a.log", string.Concat(lines.Select(line => line + "\r\n")));
        await harness.StartAsync();
        await harness.FinishAsync(lines.Count);
        Assert.Equal(lines, harness.Queue.Messages());
    }

    [Theory]
    [InlineData("utf-16le-bom", "utf-16")]
    [InlineData("utf-16-bom", "utf-16")]
    [InlineData("utf-16-bom", "utf-16BE")]
    [InlineData("utf-16le", "utf-16")]
    [InlineData("plain", "utf-8")]
    [InlineData("latin1", "iso-8859-1")]
    public async Task Encodings_WithByteOrderMark_BecomeUtf8(string configured, string written)
    {
        // 18
        await using var harness = new AgentHarness(config =>
        {
            config.Inputs[0].Encoding = configured;
            config.Inputs[0].BufferSize = 1024;
        });
        var encoding = Encoding.GetEncoding(written);

        // U+010A has a line feed as one of its UTF-16 bytes.
        var special = configured == "latin1" ? "äöü" : "äöü ÿĊ€𝄞";
        var lines = Enumerable.Range(0, 500).Select(number => $"Zeile {number} {special}").ToList();
        await File.WriteAllBytesAsync(
            harness.PathOf("a.log"),
            [.. encoding.GetPreamble(), .. encoding.GetBytes(string.Concat(lines.Select(line => line + "\r\n")))]);
        await harness.StartAsync();
        await harness.FinishAsync(lines.Count);
        Assert.Equal(lines, harness.Queue.Messages());
    }

    [Fact]
    public async Task InvalidUtf8_BecomesReplacementCharacters_ControlsAreEscaped()
    {
        await using var harness = new AgentHarness();
        await File.WriteAllBytesAsync(
            harness.PathOf("a.log"),
            [.. "a"u8, 0xFF, .. "b"u8, 0xE2, 0x82, .. "c\n\u0001\t\u001B\"\n"u8]);
        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal(["a\uFFFDb\uFFFDc", "\u0001\t\u001B\""], harness.Queue.Messages());
    }

    [Fact]
    public async Task Filters_IncludeThenExclude_PositionsMoveOverWhatIsLeftOut()
    {
        await using var harness = new AgentHarness(config =>
        {
            config.Inputs[0].IncludeLines = ["^(ERR|WARN)"];
            config.Inputs[0].ExcludeLines = ["noise"];
        });
        harness.Append("a.log", "INFO a\nERR b\nWARN noise\nERR c\n" + string.Concat(Enumerable.Repeat("DBG\n", 1000)));
        await harness.StartAsync();
        await Eventually.TrueAsync(
            () => harness.Queue.Count == 2 && harness.Agent.GetStatus()!.BytesBehind == 0, "all passed over");
        await harness.CrashAsync();
        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal(["ERR b", "ERR c"], harness.Queue.Messages());
        Assert.Equal(0, harness.Queue.Duplicates);
    }

    [Fact]
    public async Task CodecRaw_ValueIsTheLine()
    {
        await using var harness = new AgentHarness(config => config.Kafka.Codec = OutputCodec.Raw);
        harness.Append("a.log", "plain \"line\"\n");
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal("plain \"line\"", harness.Queue.Records()[0].Value);
    }

    [Fact]
    public async Task LineThatEscapingMakesTooLarge_IsCutToFitTheBatch()
    {
        await using var harness = new AgentHarness(config => config.Kafka.MaxMessageBytes = 10_000);
        harness.Append("a.log", new string('\u0001', 9_000) + "\nnext\n");
        await harness.StartAsync();
        await harness.FinishAsync(2);
        var first = harness.Queue.Records()[0];
        Assert.True(first.Value.Length <= 10_000);
        Assert.Equal("truncated", first.Event.GetProperty("log").GetProperty("flags")[0].GetString());
        Assert.Equal("next", harness.Queue.Messages()[1]);
    }

    [Fact]
    public async Task SeekToTail_OnlyNewLinesOfFilesThatWereThere_AllOfNewFiles()
    {
        await using var harness = new AgentHarness(config => config.Inputs[0].SeekToTail = true);
        harness.Append("old.log", "skipped\n");
        await harness.StartAsync();
        harness.Append("old.log", "old new\n");
        harness.Append("new.log", "new all\n");
        await harness.HasAsync(2);
        await harness.StopAsync();
        harness.Append("old.log", "while stopped\n");
        await harness.StartAsync();
        await harness.FinishAsync(3);
        Assert.Equal(["new all", "old new", "while stopped"], harness.Queue.Messages().Order());
    }

    [Fact]
    public async Task IgnoreOlder_OldFileIsSkipped_WhatIsWrittenLaterIsRead()
    {
        await using var harness = new AgentHarness(config => config.Inputs[0].IgnoreOlder = TimeSpan.FromHours(1));
        harness.Append("old.log", "skipped\n");
        File.SetLastWriteTimeUtc(harness.PathOf("old.log"), DateTime.UtcNow.AddHours(-2));
        harness.Append("new.log", "read\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Append("old.log", "written later\n");
        await harness.FinishAsync(2);
        Assert.Equal(["read", "written later"], harness.Queue.Messages().Order());
    }
}
