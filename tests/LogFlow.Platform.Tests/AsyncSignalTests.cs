namespace LogFlow.Platform.Tests;

public class AsyncSignalTests
{
    [Fact]
    public async Task Wait_SetBefore_ReturnsAtOnceAndOnlyOnce()
    {
        var signal = new AsyncSignal(TimeProvider.System);
        signal.Set();
        signal.Set();

        await signal.WaitAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var second = signal.WaitAsync(stop.Token).AsTask();
        Assert.False(second.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task Wait_CancelledAndSet_Throws_SoThatALoopWhichSetsItItselfEnds()
    {
        var signal = new AsyncSignal(TimeProvider.System);
        signal.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await signal.WaitAsync(new CancellationToken(canceled: true)));
    }
}
