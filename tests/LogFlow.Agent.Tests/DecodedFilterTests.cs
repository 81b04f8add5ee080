using System.Text;
using LogFlow.Testing;

namespace LogFlow.Agent.Tests;

/// <summary><c>include_lines</c> and <c>exclude_lines</c> look at the message, not at the file's bytes.</summary>
public sealed class DecodedFilterTests
{
    [Fact]
    public async Task Latin1_IncludeLines_MatchesTheDecodedText()
    {
        await using var harness = new AgentHarness(static config =>
        {
            config.Inputs[0].Encoding = "latin1";
            config.Inputs[0].IncludeLines = ["Größe"];
        });
        File.WriteAllBytes(harness.PathOf("a.log"), Encoding.Latin1.GetBytes("Größe 1\nandere\nGröße 2\n"));
        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal(["Größe 1", "Größe 2"], harness.Queue.Messages());
    }

    [Fact]
    public async Task Utf16_ExcludeLines_MatchesTheDecodedText()
    {
        await using var harness = new AgentHarness(static config =>
        {
            config.Inputs[0].Encoding = "utf-16le-bom";
            config.Inputs[0].ExcludeLines = ["DBG"];
        });
        File.WriteAllBytes(
            harness.PathOf("a.log"),
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("INFO käse\r\nDBG noise\r\nERR 漢字\r\n")]);
        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal(["INFO käse", "ERR 漢字"], harness.Queue.Messages());
    }

    [Fact]
    public async Task Latin1_OverACrash_TheSameLinesAreCounted()
    {
        await using var harness = new AgentHarness(static config =>
        {
            config.Inputs[0].Encoding = "latin1";
            config.Inputs[0].ExcludeLines = ["Größe"];
        });
        harness.Queue.PartitionCount = 1;
        harness.Queue.TellsProducers = false;
        harness.Append("a.log", "one\n");
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Freeze();
        File.AppendAllText(harness.PathOf("a.log"), "Größe 1\nfür\n", Encoding.Latin1);
        await Eventually.TrueAsync(() => harness.Queue.InSocket > 0, "sent");
        await harness.CrashAsync();
        harness.Queue.Thaw();
        await harness.StartAsync();
        await harness.FinishAsync(2);
        Assert.Equal(["one", "für"], harness.Queue.Messages());
        Assert.Equal(1, harness.Queue.Duplicates);
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
    }
}
