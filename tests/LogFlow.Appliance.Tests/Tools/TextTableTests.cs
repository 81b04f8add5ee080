namespace LogFlow.Appliance.Tests;

public class TextTableTests
{
    [Fact]
    public void Write_WordsAndNumbers_AlignsEachColumn()
    {
        var table = new TextTable("TOPIC", "LAG", "MEMBER");
        table.Add("orders", "7", "-");
        table.Add("a", "1234", "worker-1");
        table.Add("b", "-", "x");

        Assert.Equal(
            "TOPIC    LAG  MEMBER\norders     7  -\na       1234  worker-1\nb          -  x\n", Text(table));
    }

    [Fact]
    public void Write_ControlCharacters_AreTakenOut()
    {
        var table = new TextTable("GROUP");
        table.Add("a\u001b[31m\nb");

        Assert.Equal("GROUP\na [31m b\n", Text(table));
    }

    private static string Text(TextTable table)
    {
        var output = new StringWriter { NewLine = "\n" };
        table.Write(output);
        return output.ToString();
    }
}
