using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.Elasticsearch.Tests;

public sealed class OutageReportTests
{
    [Fact]
    public void Outage_Lasting_IsToldOnceAndRemindedRarely()
    {
        var time = new SteppingTime();
        var logger = new CollectingLogger();
        var outage = new OutageReport("Elasticsearch", time, logger);
        var node = new Uri("http://user:secret@127.0.0.1:9200");
        for (var second = 0; second < 1200; second++)
        {
            outage.Failed(node, "connection refused", needsOperator: false);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, logger.Lines.Count);
        Assert.All(logger.Lines, line => Assert.DoesNotContain("secret", line));
        Assert.Contains("http://127.0.0.1:9200", logger.Lines[0]);
        Assert.NotNull(outage.WaitingSince);

        outage.Succeeded();
        outage.Succeeded();

        Assert.Equal(3, logger.Lines.Count);
        Assert.Contains("1200 s", logger.Lines[2]);
        Assert.Null(outage.WaitingSince);
    }

    private sealed class SteppingTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private sealed class CollectingLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
