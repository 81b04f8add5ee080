namespace LogFlow.Appliance.Tests;

public class TimeBoundTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("15m", "2026-11-21T11:45:00Z")]
    [InlineData("7d", "2026-11-14T12:00:00Z")]
    [InlineData("now", "2026-11-21T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z")]
    public void TryParse_Valid_GivesTheTime(string text, string expected)
    {
        Assert.True(TimeBound.TryParse(text, Now, out var time));
        Assert.Equal(DateTimeOffset.Parse(expected), time);
    }

    [Theory]
    [InlineData("yesterdayish")]
    [InlineData("15")]
    [InlineData("")]
    public void TryParse_Invalid_IsRefused(string text) => Assert.False(TimeBound.TryParse(text, Now, out _));
}
