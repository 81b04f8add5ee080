using LogFlow.Platform;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Agent.Tests;

/// <summary>A turn is given back on every way out of its scope, and what woke the file meanwhile is not lost.</summary>
public sealed class HarvesterTurnTests
{
    [Fact]
    public void Turn_LeftByAnException_IsGivenBack()
    {
        using var scheduler = NewScheduler();
        var file = NewHarvester(scheduler);
        Assert.Throws<IOException>(() => Fail(file));
        using var next = file.TryTake();
        Assert.True(next.IsTaken);
    }

    [Fact]
    public void Turn_Held_NobodyElseGetsOne()
    {
        using var scheduler = NewScheduler();
        var file = NewHarvester(scheduler);
        using var turn = file.TryTake();
        using (var second = file.TryTake())
        {
            Assert.False(second.IsTaken);
        }

        using var third = file.TryTake();
        Assert.False(third.IsTaken);
    }

    [Fact]
    public void Turn_GivenBackTwice_DoesNotEndTheNextOne()
    {
        using var scheduler = NewScheduler();
        var file = NewHarvester(scheduler);
        var first = file.TryTake();
        first.Dispose();
        using var second = file.TryTake();
        first.Dispose();
        using var third = file.TryTake();
        Assert.True(second.IsTaken);
        Assert.False(third.IsTaken);
    }

    [Fact]
    public void Wake_WhileTaken_IsQueuedOnceWhenItIsGivenBack()
    {
        using var scheduler = NewScheduler();
        var file = NewHarvester(scheduler);
        using (var turn = file.TryTake())
        {
            file.Wake();
            turn.Wake();
            Assert.True(turn.IsWanted);
            Assert.Equal(0, scheduler.Queued);
        }

        Assert.Equal(1, scheduler.Queued);
        file.Wake();
        Assert.Equal(1, scheduler.Queued);
    }

    [Fact]
    public void Queued_TakenByTheProspector_TheReaderPassesOn_AndItIsQueuedAgainAfterwards()
    {
        using var scheduler = NewScheduler();
        var file = NewHarvester(scheduler);
        file.Wake();
        using (var turn = file.TryTake())
        {
            Assert.True(turn.IsTaken);
            using var reader = file.TryTakeQueued();
            Assert.False(reader.IsTaken);
            Assert.Equal(1, scheduler.Queued);
        }

        Assert.Equal(2, scheduler.Queued);
        using var later = file.TryTakeQueued();
        Assert.True(later.IsTaken);
        Assert.False(later.IsWanted);
    }

    [Fact]
    public async Task ManyThreads_OneHolderAtATime_NoWakeIsLost()
    {
        using var scheduler = NewScheduler();
        var file = NewHarvester(scheduler);
        var holders = 0;
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var round = 0; round < 20_000; round++)
            {
                file.Wake();
                using var turn = worker % 2 == 0 ? file.TryTake() : file.TryTakeQueued();
                if (turn.IsTaken)
                {
                    InterlockedMax(ref most, Interlocked.Increment(ref holders));
                    Interlocked.Decrement(ref holders);
                }
            }
        })));
        Assert.Equal(1, most);
        file.Wake();
        Assert.True(scheduler.Queued > 0);
        using var last = file.TryTakeQueued();
        Assert.True(last.IsTaken);
    }

    private static void Fail(ScheduledHarvester file)
    {
        using var turn = file.TryTake();
        Assert.True(turn.IsTaken);
        throw new IOException("a bad sector");
    }

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen)
        {
            seen = Interlocked.CompareExchange(ref target, value, seen) is var found && found == seen ? value : found;
        }
    }

    private static HarvesterScheduler NewScheduler() =>
        new(threads: 0, bufferSize: 1024, new ByteBudget(1 << 20), publisher: null!, NullLogger.Instance);

    private static ScheduledHarvester NewHarvester(HarvesterScheduler scheduler)
    {
        var options = new InputOptions(
            new AgentConfig(), new InputConfig(), new AgentConfig().Targets()[0],
            new AgentIdentity(Guid.NewGuid(), Guid.NewGuid(), "host", "1"));
        var context = new HarvestContext(
            options, null!, null!, new AgentCounters(), TimeProvider.System, NullLogger.Instance)
        {
            OpenFile = DiskLogFile.Open,
        };
        return new ScheduledHarvester(new Harvester(context, "/logs/a.log", default, state: null), scheduler);
    }
}
