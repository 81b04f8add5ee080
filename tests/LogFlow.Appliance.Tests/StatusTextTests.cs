namespace LogFlow.Appliance.Tests;

public class StatusTextTests
{
    [Fact]
    public void Format_TwoSnapshots_ShowsRatesBetweenThem()
    {
        var before = new PipelineSnapshot { LinesRead = 1_000, DocumentsIndexed = 800, Documents = 25_808 };
        var now = before with
        {
            FilesWatched = 8,
            LinesRead = 1_201_000,
            DocumentsIndexed = 50_800,
            Documents = 75_808,
            Lag = 1_150_100,
            Errors = 2,
            BytesBehind = 1_500_000,
            DeadLetters = 3,
        };

        Assert.Equal(
            "files 8 | reading 600.0k/s, 1.50MB behind | lag 1.15M | documents 75.8k (25.0k/s) | dead letters 3 "
            + "| errors 2",
            StatusText.Format(before, now, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Format_StoreElsewhere_SaysThatItCountsSinceTheStart()
    {
        var now = new PipelineSnapshot { DocumentsIndexed = 7 };

        Assert.Equal(
            "files 0 | reading 0/s | lag 0 | indexed since start 7 (0/s) | errors 0",
            StatusText.Format(now, now, TimeSpan.FromSeconds(2)));
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
