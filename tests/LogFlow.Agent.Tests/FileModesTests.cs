namespace LogFlow.Agent.Tests;

public sealed class FileModesTests
{
    [Theory]
    [InlineData("0600", 0x180)]
    [InlineData("0o640", 0x1A0)]
    [InlineData("7777", 0xFFF)]
    [InlineData("600", 0x180)]
    [InlineData("17777", null)]
    [InlineData("0", null)]
    [InlineData("", null)]
    [InlineData("0o", null)]
    [InlineData("680", null)]
    [InlineData("rw-r--r--", null)]
    public void Parse_OctalModes_AndNothingElse(string text, int? mode) =>
        Assert.Equal((UnixFileMode?)mode, FileModes.Parse(text));
}
