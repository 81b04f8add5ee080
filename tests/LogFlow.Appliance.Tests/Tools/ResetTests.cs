using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance.Tests;

public class ResetTests
{
    private static readonly OffsetRange Range = new(10, 100);

    [Theory]
    [InlineData(nameof(ResetKind.Earliest), 0, 50L, null, 10L)]
    [InlineData(nameof(ResetKind.Latest), 0, 50L, null, 100L)]
    [InlineData(nameof(ResetKind.Offset), 70, 50L, null, 70L)]
    [InlineData(nameof(ResetKind.Offset), 5, 50L, null, 10L)]
    [InlineData(nameof(ResetKind.Offset), 500, 50L, null, 100L)]
    [InlineData(nameof(ResetKind.Shift), -20, 50L, null, 30L)]
    [InlineData(nameof(ResetKind.Shift), long.MinValue, 50L, null, 10L)]
    [InlineData(nameof(ResetKind.Shift), long.MaxValue, 50L, null, 100L)]
    [InlineData(nameof(ResetKind.Shift), 1, null, null, null)]
    [InlineData(nameof(ResetKind.Time), 0, 50L, 60L, 60L)]
    [InlineData(nameof(ResetKind.Time), 0, 50L, null, 100L)]
    [InlineData(nameof(ResetKind.Current), 0, 50L, null, 50L)]
    [InlineData(nameof(ResetKind.Current), 0, null, null, 100L)]
    public void Choose_EachKind_StaysWithinThePartition(
        string kind, long value, long? committed, long? atTime, long? expected) =>
        Assert.Equal(expected, new ResetTarget(Enum.Parse<ResetKind>(kind), value).Choose(Range, committed, atTime));

    [Theory]
    [InlineData("--by-duration 1h", 3_600_000)]
    [InlineData("--by-duration PT1H", 3_600_000)]
    [InlineData("--by-duration P1DT2H", 26 * 3_600_000)]
    [InlineData("--to-datetime 2026-11-21T11:59:00Z", 60_000)]
    [InlineData("--to-datetime 2026-11-21T12:59:00.500+01:00", 59_500)]
    public void Read_Times_AreSoLongAgo(string line, long agoMs)
    {
        var target = Read(line);

        Assert.Equal(ResetKind.Time, target.Kind);
        Assert.Equal(FixedTime.Now.ToUnixTimeMilliseconds() - agoMs, target.Value);
    }

    [Fact]
    public void Read_NegativeShift_IsNotTakenForAnOption() =>
        Assert.Equal(new ResetTarget(ResetKind.Shift, -10), Read("--shift-by -10"));

    [Theory]
    [InlineData("")]
    [InlineData("--to-earliest --to-latest")]
    [InlineData("--to-offset 5 --shift-by 1")]
    [InlineData("--to-offset -1")]
    [InlineData("--by-duration soon")]
    [InlineData("--by-duration PX")]
    [InlineData("--to-datetime tomorrow")]
    public void Read_NotExactlyOneThatIsValid_IsAUsageError(string line) =>
        Assert.Equal(2, Assert.Throws<StartupException>(() => Read(line)).ExitCode);

    [Theory]
    [InlineData("orders", "orders", new int[0])]
    [InlineData("orders:0,3", "orders", new[] { 0, 3 })]
    public void Choice_TopicWithOrWithoutPartitions_IsRead(string text, string topic, int[] partitions)
    {
        var choice = PartitionChoice.Parse(text);

        Assert.Equal(topic, choice.Topic);
        Assert.Equal(partitions, choice.Partitions);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":1")]
    [InlineData("orders:")]
    [InlineData("orders:a")]
    [InlineData("orders:-1")]
    [InlineData("orders:1:2")]
    public void Choice_Malformed_IsAUsageError(string text) =>
        Assert.Equal(2, Assert.Throws<StartupException>(() => PartitionChoice.Parse(text)).ExitCode);

    private static ResetTarget Read(string line)
    {
        var options = new ResetTargetOptions(new FixedTime());
        var command = new RootCommand();
        options.AddTo(command);
        var parsed = command.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(parsed.Errors);
        return options.Read(parsed);
    }
}
