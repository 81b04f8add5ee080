using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>
/// NULs where text should be: after a truncation under a writer that keeps its position, or a power cut.
/// </summary>
public sealed class PaddingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(300_000)]
    [InlineData(5_000_000)]
    public async Task HoleAtTheHead_IsPassedOver_TheNextLineIsWhole(int length)
    {
        await using var harness = new AgentHarness();
        using (var file = File.Create(harness.PathOf("a.log")))
        {
            file.Seek(length, SeekOrigin.Begin);
            file.Write("after one\nafter two\n"u8);
        }

        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal(["after one", "after two"], harness.Queue.Messages());
        Assert.Equal(length, harness.Queue.Records()[0].Offset);
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesTruncated);
        Assert.Equal(0, harness.Agent.GetStatus()!.BytesBehind);
        Assert.Equal(length > 1_000_000 ? 1 : 0, harness.Loggers.Count(LogLevel.Information, "are passed over"));
    }

    [Fact]
    public async Task NulsToTheEnd_MayBecomeText_AreWaitedFor()
    {
        await using var harness = new AgentHarness();
        var path = harness.PathOf("a.log");
        using (var file = File.Create(path))
        {
            file.Write("one\n"u8);
            file.SetLength(10_000);
        }

        await harness.StartAsync();
        await harness.HasAsync(1);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Seek(4, SeekOrigin.Begin);
            file.Write("two\n"u8);
        }

        harness.Append("a.log", "three\n");
        await harness.FinishAsync(3);
        Assert.Equal(["one", "two", "three"], harness.Queue.Messages());
    }

    [Fact]
    public async Task Utf16_WholeUnitsOnly()
    {
        await using var harness = new AgentHarness(static config => config.Inputs[0].Encoding = "utf-16be");
        var text = System.Text.Encoding.BigEndianUnicode.GetBytes("käse\n");
        File.WriteAllBytes(harness.PathOf("a.log"), [0, 0, 0, 0, .. text]);
        await harness.StartAsync();
        await harness.FinishAsync(1);
        Assert.Equal(["käse"], harness.Queue.Messages());
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(256 << 10)]
    public async Task OverACrash_RebuiltAlike_WhateverTheBlocks(int bufferSize)
    {
        await using var harness = new AgentHarness(config =>
        {
            config.Inputs[0].BufferSize = bufferSize;
            config.Inputs[0].MessageMaxBytes = 2000;
        });
        harness.Queue.PartitionCount = 1;
        harness.Queue.TellsProducers = false;
        harness.Append("warm.log", "warm\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Freeze();
        var nul = new string('\0', 700);
        harness.Append(
            "a.log",
            $"{nul}one\ntwo\n\0\0three\n{nul}\n{new string('\0', 5000)}four{new string('x', 5000)}\n"
            + $"{nul}{nul}{nul}five\n");
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus()!.LinesRead == 6 && harness.Queue.InSocket > 0, "sent");
        await harness.CrashAsync();
        harness.Queue.Thaw();
        await harness.StartAsync();
        harness.Append("a.log", "seven\n");
        await harness.FinishAsync(7);
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
        Assert.Equal(
            ["warm", "one", "two", "three", "four", "five", "seven"],
            harness.Queue.Messages().Select(message => message.TrimEnd('x')));
    }
}
