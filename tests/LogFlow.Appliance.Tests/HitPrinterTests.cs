using System.Text.Json.Nodes;

namespace LogFlow.Appliance.Tests;

public class HitPrinterTests
{
    private const string Hit =
        """
        {"_source":{"@timestamp":"2026-11-21T12:00:00.000Z","log":{"level":"error"},"event":{"dataset":"app"},
        "message":"it \u001b[31mbroke\r\nbadly","http.status":500,"tags":["a","b"]}}
        """;

    [Fact]
    public void Print_Plain_IsOneLineThatATerminalCannotObey() => Assert.Equal(
        "2026-11-21T12:00:00.000Z error app it  [31mbroke  badly\n", Print(new SearchOptions { Url = Url }));

    [Fact]
    public void Print_Fields_FindsNestedAndDottedNames() => Assert.Equal(
        "2026-11-21T12:00:00.000Z\terror\t500\t[\"a\",\"b\"]\t\n",
        Print(new SearchOptions { Url = Url, Fields = ["log.level", "http.status", "tags", "absent"] }));

    [Fact]
    public void Print_Json_IsTheSourceOnOneLine()
    {
        var text = Print(new SearchOptions { Url = Url, IsJson = true });

        Assert.Equal(1, text.Count(letter => letter == '\n'));
        Assert.Equal(500, JsonNode.Parse(text)!["http.status"]!.GetValue<int>());
    }

    [Fact]
    public void Print_AnyField_CannotCommandATerminalNorTurnTheLine()
    {
        const string hit = """
            {"_source":{"@timestamp":"\u001b[2J2026","log":{"level":"a\nFAKE\u202e"},
            "event":{"dataset":"\u001b]0;T\u0007"},"message":"x\u2067y\u2028z"}}
            """;
        foreach (var isColoured in new[] { false, true })
        {
            var output = new StringWriter { NewLine = "\n" };
            new HitPrinter(output, new SearchOptions { Url = Url }, isColoured).Print(JsonNode.Parse(hit)!);
            var text = output.ToString();
            foreach (var own in new[] { "\e[2m", "\e[0m", "\e[36m", "\e[32m" })
            {
                text = text.Replace(own, "", StringComparison.Ordinal);
            }

            Assert.Equal(" [2J2026 a FAKE\ufffd  ]0;T  x\ufffdy z\n", text);
        }
    }

    [Fact]
    public void Print_JsonOfFields_IsThoseFields() => Assert.Equal(
        """{"log.level":"error","http.status":500}""" + "\n",
        Print(new SearchOptions { Url = Url, IsJson = true, Fields = ["log.level", "http.status", "absent"] }));

    private static Uri Url => new("http://127.0.0.1:9200");

    private static string Print(SearchOptions options)
    {
        var output = new StringWriter { NewLine = "\n" };
        new HitPrinter(output, options, isColoured: false).Print(JsonNode.Parse(Hit)!);
        return output.ToString();
    }
}
