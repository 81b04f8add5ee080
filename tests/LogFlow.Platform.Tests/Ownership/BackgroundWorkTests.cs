namespace LogFlow.Platform.Tests;

public sealed class BackgroundWorkTests
{
    [Fact]
    public async Task Failure_FaultsCompletion_AndNamesTheWork()
    {
        await using var work = new BackgroundWork();
        work.Start("retention", _ => throw new InvalidOperationException("boom"));
        var error = await Assert.ThrowsAsync<BackgroundWorkException>(() => work.Completion);
        Assert.Equal("retention", error.Work);
        Assert.Equal("retention failed: boom", error.Message);
    }

    [Fact]
    public async Task Cancellation_BeforeTheStop_IsAFailure()
    {
        await using var work = new BackgroundWork();
        work.Start("fetch", _ => throw new OperationCanceledException("a time-out that escaped"));
        await Assert.ThrowsAsync<BackgroundWorkException>(() => work.Completion);
    }

    [Fact]
    public async Task Stop_AsksAllToEnd_AndReturnsWhenTheyHave()
    {
        var work = new BackgroundWork();
        var ended = 0;
        for (var i = 0; i < 3; i++)
        {
            work.StartHere("loop", async stopping =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, stopping);
                }
                finally
                {
                    Interlocked.Increment(ref ended);
                }
            });
        }

        await work.DisposeAsync();
        Assert.Equal(3, ended);
        await work.Completion;
    }

    [Fact]
    public async Task Start_AfterTheStop_BeginsNothing()
    {
        var work = new BackgroundWork();
        await work.StopAsync();
        Assert.False(work.Start("late", _ => throw new InvalidOperationException()));
        await work.Completion;
    }

    [Fact]
    public async Task Drain_WaitsForWorkThatEndsByItself()
    {
        await using var work = new BackgroundWork();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        work.StartHere("save", _ => gate.Task);
        var draining = work.DrainAsync();
        Assert.False(draining.IsCompleted);
        gate.SetResult();
        await draining;
    }
}
