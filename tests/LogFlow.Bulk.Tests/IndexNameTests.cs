namespace LogFlow.Bulk.Tests;

public sealed class IndexNameTests
{
    [Theory]
    [InlineData("logs-generic-default", true)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("-a", false)]
    [InlineData("_a", false)]
    [InlineData("Logs", false)]
    [InlineData("a b", false)]
    [InlineData("a*", false)]
    [InlineData("a:b", false)]
    [InlineData("a#b", false)]
    [InlineData("a\u0001b", false)]
    public void Name_ByTheRules_IsValidOrNot(string name, bool valid) =>
        Assert.Equal(valid, IndexName.GetProblem(name) is null);

    [Theory]
    [InlineData("apache.access", "apache.access")]
    [InlineData("My App-Log", "my_app_log")]
    [InlineData("a/b\\c", "a_b_c")]
    public void Part_FromAnEvent_IsMadeValid(string part, string expected)
    {
        Assert.Equal(expected, IndexName.SanitizePart(part));
        Assert.Null(IndexName.GetPartProblem(expected));
    }

    [Fact]
    public void Part_TooLong_IsCutAtACharacter()
    {
        var part = IndexName.SanitizePart(new string('ü', 80));

        Assert.Equal(50, part.Length);
        Assert.Null(IndexName.GetPartProblem(part));
        Assert.NotNull(IndexName.GetPartProblem(new string('ü', 80)));
    }
}
