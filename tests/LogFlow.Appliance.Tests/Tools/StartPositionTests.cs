using LogFlow.Hosting;

namespace LogFlow.Appliance.Tests;

public class StartPositionTests
{
    [Theory]
    [InlineData("beginning", nameof(StartKind.Beginning), 0)]
    [InlineData("earliest", nameof(StartKind.Beginning), 0)]
    [InlineData("end", nameof(StartKind.End), 0)]
    [InlineData("0", nameof(StartKind.Offset), 0)]
    [InlineData("42", nameof(StartKind.Offset), 42)]
    [InlineData("-5", nameof(StartKind.Last), 5)]
    [InlineData("-0", nameof(StartKind.Last), 0)]
    [InlineData("-9223372036854775808", nameof(StartKind.Last), long.MaxValue)]
    [InlineData("2026-11-21T11:00:00Z", nameof(StartKind.Time), 1_795_258_800_000)]
    [InlineData("1h", nameof(StartKind.Time), 1_795_258_800_000)]
    public void Parse_EachForm_IsUnderstood(string text, string kind, long value) => Assert.Equal(
        new StartPosition(Enum.Parse<StartKind>(kind), value), StartPosition.Parse(text, FixedTime.Now));

    [Theory]
    [InlineData("")]
    [InlineData("start")]
    [InlineData("99999999999999999999")]
    public void Parse_Other_IsAUsageError(string text) =>
        Assert.Equal(2, Assert.Throws<StartupException>(() => StartPosition.Parse(text, FixedTime.Now)).ExitCode);
}
