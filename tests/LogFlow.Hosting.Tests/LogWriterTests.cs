using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting.Tests;

public class LogWriterTests
{
    [Theory]
    [InlineData(false, "Z WARN  queue: it broke: outer: inner")]
    [InlineData(true, "<4>queue: it broke: outer: inner")]
    public void Write_Error_NamesCausesWithoutAStackTrace(bool isJournal, string expected)
    {
        var output = new StringWriter();
        var writer = new LogWriter(output, LogLevel.Information, isJournal, TimeProvider.System);
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new ConsoleLoggerProvider(writer)));

        loggers.CreateLogger("LogFlow.Queue.Storage.LogManager")
            .LogWarning(new IOException("outer", new IOException("inner")), "it broke");

        Assert.EndsWith(expected + Environment.NewLine, output.ToString(), StringComparison.Ordinal);
    }
}
