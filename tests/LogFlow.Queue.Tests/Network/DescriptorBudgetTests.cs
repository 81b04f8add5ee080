namespace LogFlow.Queue.Tests;

public sealed class DescriptorBudgetTests
{
    [Theory]
    [InlineData(65_536, 100, 10_000, 10_000, false)]
    [InlineData(1024, 100, 10_000, 624, true)]
    [InlineData(260, 100, 10_000, 16, true)]
    [InlineData(100, 0, 4, 4, true)]
    public void ConnectionsMax_IsWhatTheLimitLeaves(long limit, int partitions, int configured, int max, bool isShort)
    {
        var budget = new DescriptorBudget(limit, partitions, configured);
        Assert.Equal(max, budget.ConnectionsMax);
        Assert.Equal(isShort, budget.IsShort);
    }
}
