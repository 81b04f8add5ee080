using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting.Tests;

public class RecentErrorsTests
{
    [Fact]
    public void Latest_MoreThanTen_AreTheLastTenWithTimePartAndCause()
    {
        using var errors = new RecentErrors(TimeProvider.System);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(errors));
        var logger = loggers.CreateLogger("LogFlow.Agent.Registry");

        for (var number = 1; number <= 12; number++)
        {
            logger.LogWarning("only a warning");
            logger.LogError(new IOException("disk\ngone"), "number {Number}", number);
        }

        var latest = errors.Latest();
        Assert.Equal(12, errors.Count);
        Assert.Equal(10, latest.Count);
        Assert.Equal("number 12: disk\\ngone", latest[0].Text);
        Assert.Equal("number 3: disk\\ngone", latest[^1].Text);
        Assert.Equal("agent", latest[0].Part);
        Assert.True(latest[0].Time > DateTimeOffset.UtcNow.AddMinutes(-1));
    }
}
