namespace LogFlow.Bulk.Tests;

public sealed class BackoffPolicyTests
{
    [Fact]
    public void Delay_WithLargestDraw_DoublesUpToTheMaximum()
    {
        var policy = new BackoffPolicy(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), () => 1);

        Assert.Equal(
            [1, 2, 4, 8, 16, 32, 60, 60],
            Enumerable.Range(1, 8).Select(failures => policy.GetDelay(failures).TotalSeconds));
        Assert.Equal(60, policy.GetDelay(int.MaxValue).TotalSeconds);
    }

    [Fact]
    public void Delay_HasFullJitter()
    {
        var policy = new BackoffPolicy(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), () => 0.25);

        Assert.Equal(1, policy.GetDelay(3).TotalSeconds);
        Assert.Equal(37.5, policy.GetSlowDelay().TotalSeconds);
    }
}
