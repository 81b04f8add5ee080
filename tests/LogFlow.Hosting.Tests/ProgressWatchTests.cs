namespace LogFlow.Hosting.Tests;

public class ProgressWatchTests
{
    [Fact]
    public void Look_WorkStandsStill_IsSaidAfterAWhileAndUntilItMoves()
    {
        var time = new ManualTime();
        var watch = new ProgressWatch(TimeSpan.FromSeconds(30), time);

        Assert.Null(watch.Look(5, hasWork: true));
        time.Now += TimeSpan.FromSeconds(29);
        Assert.Null(watch.Look(5, hasWork: true));
        time.Now += TimeSpan.FromSeconds(2);
        Assert.Equal(31, watch.Look(5, hasWork: true)!.Value.TotalSeconds);
        Assert.Null(watch.Look(6, hasWork: true));
        time.Now += TimeSpan.FromSeconds(31);
        Assert.NotNull(watch.Look(6, hasWork: true));
    }

    [Fact]
    public void Look_NothingToDo_MayStandStill()
    {
        var time = new ManualTime();
        var watch = new ProgressWatch(TimeSpan.FromSeconds(30), time);

        for (var minute = 0; minute < 3; minute++)
        {
            Assert.Null(watch.Look(5, hasWork: false));
            time.Now += TimeSpan.FromMinutes(1);
        }

        // The line that comes after a quiet hour has not waited for an hour.
        Assert.Null(watch.Look(5, hasWork: true));
    }

    private sealed class ManualTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
