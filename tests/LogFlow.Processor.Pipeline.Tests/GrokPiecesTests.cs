namespace LogFlow.Processor.Pipeline.Tests;

public class GrokPiecesTests
{
    [Theory]
    [InlineData("%{INT:a} b+", "%{INT:a}", " ", "b+")]
    [InlineData(@"\A(?<[log][level]>[A-Z)]+(x|y))?\[[^\]]+?\]", @"\A", "(?<[log][level]>[A-Z)]+(x|y))?", @"\[",
        @"[^\]]+?", @"\]")]
    [InlineData(@"a{2,3}?\x22\d{4}\p{L}*", "a{2,3}?", @"\x22", @"\d{4}", @"\p{L}*")]
    [InlineData("%{A=\\d{2}}[[:alpha:]]", "%{A=\\d{2}}", "[[:alpha:]]")]
    [InlineData("(?:a|b)", "(?:a|b)")]
    public void Ends_ArePiecesWithTheirQuantifiers(string pattern, params string[] expected)
    {
        var start = 0;
        var pieces = GrokPieces.Ends(pattern).Select(end =>
        {
            var piece = pattern[start..end];
            start = end;
            return piece;
        });

        Assert.Equal(expected, pieces);
    }

    [Fact]
    public void Ends_OfAChoice_AreNone() => Assert.Empty(GrokPieces.Ends("a|b"));

    [Theory]
    [InlineData("(")]
    [InlineData("[")]
    [InlineData("[^]")]
    [InlineData("%{")]
    [InlineData("\\")]
    [InlineData("(?<a")]
    [InlineData("a{")]
    [InlineData(@"\x{")]
    [InlineData("[\\")]
    public void Ends_OfWhatIsNoPattern_EndWithIt(string pattern) =>
        Assert.Equal(pattern.Length, GrokPieces.Ends(pattern)[^1]);
}
