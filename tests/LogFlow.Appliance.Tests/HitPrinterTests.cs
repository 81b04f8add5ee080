using System.Text.Json.Nodes;
using LogFlow.Appliance.Search;

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

    private static Uri Url => new("http://127.0.0.1:9200");

    private static string Print(SearchOptions options)
    {
        var output = new StringWriter { NewLine = "\n" };
        new HitPrinter(output, options, isColoured: false).Print(JsonNode.Parse(Hit)!);
        return output.ToString();
    }
}
