using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>
/// An exception that nobody expects, at every step of a turn and of a publish: every turn is free afterwards, every
/// lease and every byte of the budget is back, and what cannot go on is said by the agent's completion.
/// </summary>
public sealed class DefectTests
{
    [Fact]
    public async Task TurnFailsAtAnyCall_TheTurnIsFree_AndTheFileIsReadInTheEnd()
    {
        for (var call = 1; call <= 12; call++)
        {
            var files = new FaultyFiles();
            await using var harness = new AgentHarness { OpenFile = files.OpenFile };
            harness.AppendLines("a.log", 0, 3);
            await harness.StartAsync();
            await harness.HasAsync(3);
            files.ThrowAt(call, new InvalidOperationException("a defect"));
            harness.AppendLines("a.log", 3, 3);
            harness.AppendLines("b.log", 0, 3);
            await harness.HasAsync(9);
            AssertTurnsAreFree(harness);
            await harness.FinishAsync(9);
            Assert.Equal(0, files.Open);
            Assert.Equal(0, harness.Agent.Parts!.Budget.BytesHeld);
        }
    }

    [Theory]
    [InlineData("send")]
    [InlineData("ask")]
    [InlineData("commit")]
    public async Task PublishFails_TheAgentEnds_EveryLeaseIsBack(string step)
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 3);
        await harness.StartAsync();
        await harness.HasAsync(3);
        var defect = new InvalidOperationException("a defect");
        switch (step)
        {
            case "send":
                harness.Sink.Defect = defect;
                break;
            case "ask":
                harness.Queue.Refuse(new SendOutcome(SendOutcomeKind.SequenceRefused, "told to"));
                harness.Sink.AskDefect = defect;
                break;
            default:
                harness.Storage.SyncFails = true;
                break;
        }

        harness.AppendLines("a.log", 3, 3000);
        harness.AppendLines("b.log", 0, 3000);
        await Assert.ThrowsAnyAsync<Exception>(
            () => harness.Agent.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        await harness.CrashAsync();
        AssertTurnsAreFree(harness);
        Assert.Equal(0, harness.Sink.Held);
        Assert.Equal(0, harness.Agent.Parts!.Budget.BytesHeld);
        Assert.True(harness.Loggers.Count(LogLevel.Error, "Agent failed") == 1, harness.Loggers.ToString());
    }

    private static void AssertTurnsAreFree(AgentHarness harness)
    {
        foreach (var scheduled in harness.Agent.Parts!.Inputs.SelectMany(input => input.Followed()))
        {
            using var turn = scheduled.Take();
            Assert.True(turn.IsTaken);
        }
    }
}
