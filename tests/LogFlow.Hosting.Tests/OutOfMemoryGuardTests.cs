namespace LogFlow.Hosting.Tests;

/// <summary>Only memory that is really gone ends the process, whoever catches the exception.</summary>
public sealed class OutOfMemoryGuardTests
{
    [Fact]
    public async Task ImpossibleLength_Caught_DoesNotEndTheProcess()
    {
        var ends = 0;
        using var guard = new OutOfMemoryGuard(OutOfMemoryGuard.HasMemory, _ => ends++);
        await guard.StartAsync(CancellationToken.None);
        Assert.Throws<OutOfMemoryException>(() => new byte[LengthOfAHostileClient()]);
        Assert.Equal(0, ends);
    }

    [Fact]
    public async Task MemoryGone_EndsTheProcessOnce()
    {
        var ends = new List<int>();
        using var guard = new OutOfMemoryGuard(() => false, ends.Add);
        await guard.StartAsync(CancellationToken.None);
        Assert.Throws<OutOfMemoryException>(() => new byte[LengthOfAHostileClient()]);
        Assert.Equal([1], ends);
        Assert.Throws<InsufficientMemoryException>(RefuseByForecast);
        Assert.Equal([1], ends);
    }

    private static void RefuseByForecast() => throw new InsufficientMemoryException();

    private static int LengthOfAHostileClient() => int.MaxValue;
}
