using System.Globalization;

namespace LogFlow.Hosting.Tests;

public class SystemdWatchdogTests
{
    [Theory]
    [InlineData("30000000", 15.0)]
    [InlineData("0", null)]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public void Interval_WatchdogSeconds_IsHalfOfThem(string? microseconds, double? seconds) =>
        Assert.Equal(seconds, SystemdWatchdog.Interval(microseconds, null)?.TotalSeconds);

    [Fact]
    public void Interval_AnotherProcessIsWatched_IsNone()
    {
        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

        Assert.NotNull(SystemdWatchdog.Interval("1000000", own));
        Assert.Null(SystemdWatchdog.Interval("1000000", own + "0"));
    }
}
