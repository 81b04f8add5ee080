using LogFlow.Appliance.Status;

namespace LogFlow.Appliance.Tests;

public class StatusTextTests
{
    [Fact]
    public void Format_TwoSnapshots_ShowsRatesBetweenThem()
    {
        var before = new PipelineSnapshot(8, 1_000, 900, 800, 100, 0, null);
        var now = new PipelineSnapshot(8, 1_201_000, 1_200_900, 50_800, 1_150_100, 2, null);

        Assert.Equal(
            "files 8 | read 1.20M (600.0k/s) | queued 1.20M | indexed 50.8k (25.0k/s) | lag 1.15M | errors 2",
            StatusText.Format(before, now, TimeSpan.FromSeconds(2)));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(9_999, "9999")]
    [InlineData(10_000, "10.0k")]
    [InlineData(999_949, "999.9k")]
    [InlineData(999_950, "1.00M")]
    [InlineData(2_500_000_000, "2.50G")]
    public void Count_AnySize_TakesFewCharacters(double value, string expected) =>
        Assert.Equal(expected, StatusText.Count(value));
}
