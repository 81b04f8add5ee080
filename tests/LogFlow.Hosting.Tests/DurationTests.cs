namespace LogFlow.Hosting.Tests;

public class DurationTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("250ms", 250)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("5", 5_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("-1s", -1_000)]
    [InlineData("0", 0)]
    public void TryParse_Valid_GivesMilliseconds(string text, double expectedMs)
    {
        Assert.True(Duration.TryParse(text, out var value));
        Assert.Equal(expectedMs, value.TotalMilliseconds);
        Assert.True(Duration.TryParse(Duration.Format(value), out var again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10 parsecs")]
    [InlineData("1h30")]
    [InlineData("1e300s")]
    public void TryParse_Invalid_IsRefused(string text) => Assert.False(Duration.TryParse(text, out _));
}
