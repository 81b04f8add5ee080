using LogFlow.Testing;

namespace LogFlow.Platform.Tests;

public sealed class LogThrottleTests
{
    [Fact]
    public void Lines_OneInAnInterval_TheOthersAreCounted()
    {
        var time = new ManualTime();
        var throttle = new LogThrottle(TimeSpan.FromSeconds(1), time);

        Assert.True(throttle.TrySay(out var unsaid));
        Assert.Equal(0, unsaid);
        Assert.False(throttle.TrySay(out _));
        time.AdvanceMs(999);
        Assert.False(throttle.TrySay(out _));
        time.AdvanceMs(1);
        Assert.True(throttle.TrySay(out unsaid));
        Assert.Equal(2, unsaid);
        time.AdvanceMs(1000);
        Assert.True(throttle.TrySay(out unsaid));
        Assert.Equal(0, unsaid);
    }
}
