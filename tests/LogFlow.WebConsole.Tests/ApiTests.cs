using System.Net;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole.Tests;

/// <summary>What the page asks the server, without a browser.</summary>
public class ApiTests
{
    private const string TopicId = "3VseOcf4SlOCJozGxwoKCA";

    [Fact]
    public async Task Search_OfRowsOrTotals_HasTheOneAndNotTheOther()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Some.Lines(5));
        var rows = await run.AskAsync("/api/search", new JsonObject { ["t"] = "all", ["only"] = "rows" });
        Assert.Equal(5, rows["rows"]!.AsArray().Count);
        Assert.False(rows.ContainsKey("total"));
        var totals = await run.AskAsync("/api/search", new JsonObject { ["t"] = "all", ["only"] = "totals" });
        Assert.Equal(5, totals["total"]!.GetValue<int>());
        Assert.False(totals.ContainsKey("rows"));
        var both = await run.AskAsync("/api/search", new JsonObject { ["t"] = "all" });
        Assert.Equal(5, both["total"]!.GetValue<int>());
        Assert.Equal(5, both["rows"]!.AsArray().Count);
        await run.AskAsync("/api/search", new JsonObject { ["only"] = "x" }, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Around_ThreeFilesInAPartition_AreTheFilesOwnNeighbours()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Enumerable.Range(0, 300).Where(offset => offset % 7 != 3).Select(offset =>
        {
            var line = Some.Line(1000 - offset, $"offset {offset}");
            line["_id"] = $"{TopicId}-0-{offset}";
            line["log"]!["file"]!["path"] = $"/var/log/{offset % 3}.log";
            return line;
        }));
        var answer = await run.AskAsync("/api/around", new JsonObject
        {
            ["id"] = $"{TopicId}-0-153",
            ["t"] = "1h",
            ["before"] = 3,
            ["after"] = 3,
        });

        // Every third line is of the file; those that are divisible by seven with rest three were dropped.
        Assert.Equal(
            ["offset 141", "offset 144", "offset 147", "offset 153", "offset 156", "offset 159", "offset 162"],
            Messages(answer));
        var partition = await run.AskAsync("/api/around", new JsonObject
        {
            ["id"] = $"{TopicId}-0-153",
            ["mode"] = "partition",
            ["before"] = 2,
            ["after"] = 2,
        });
        Assert.Equal(["offset 151", "offset 152", "offset 153", "offset 154", "offset 155"], Messages(partition));
    }

    [Fact]
    public async Task Around_AtTheBeginningOfAPartition_IsShort()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Enumerable.Range(0, 5).Select(offset =>
        {
            var line = Some.Line(100 - offset, $"offset {offset}");
            line["_id"] = $"{TopicId}-0-{offset}";
            return line;
        }));
        var answer = await run.AskAsync("/api/around", new JsonObject { ["id"] = $"{TopicId}-0-1" });
        Assert.Equal(5, Messages(answer).Count);
    }

    [Fact]
    public async Task Around_OtherIds_GoByThePlaceInTheFile()
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Enumerable.Range(0, 40).Select(index =>
        {
            var line = Some.Line(100, $"byte {index * 100}");
            line["_id"] = $"filebeat{index}";
            line["log"]!["offset"] = index * 100;
            return line;
        }));
        var answer = await run.AskAsync(
            "/api/around", new JsonObject { ["id"] = "filebeat20", ["before"] = 2, ["after"] = 1 });
        Assert.Equal(["byte 1800", "byte 1900", "byte 2000", "byte 2100"], Messages(answer));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    [InlineData("txt")]
    public async Task Export_WritesEveryHitOnce(string format)
    {
        await using var run = await ConsoleRun.StartAsync();
        await run.AddAsync(Enumerable.Range(0, 5000)
            .Select(index => Some.Line(60 + (index / 100), $"=sum({index},1)")));
        var text = await run.Http.GetStringAsync(new Uri($"{run.Url}/api/export?t=1h&format={format}"));
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(format == "csv" ? 5001 : 5000, lines.Length);
        Assert.Equal(5000, lines.Skip(format == "csv" ? 1 : 0).Select(line => line[line.IndexOf("sum", 0,
            StringComparison.Ordinal)..]).Distinct().Count());
        if (format == "csv")
        {
            Assert.Contains(lines, line => line.EndsWith(",\"'=sum(0,1)\"\r", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Histogram_DayOfTheChangedClock_Has25Hours()
    {
        await using var run = await ConsoleRun.StartAsync();
        var start = new DateTimeOffset(2026, 10, 24, 22, 0, 0, TimeSpan.Zero);
        await run.AddAsync(Enumerable.Range(0, 50).Select(half => Some.LineAt(start.AddMinutes(half * 30), "m")));
        var answer = await run.AskAsync("/api/histogram", new JsonObject
        {
            ["t"] = "2026-10-24T22:00:00Z/2026-10-25T22:59:59Z",
            ["zone"] = "Europe/Berlin",
        });
        var width = answer["width"]!.GetValue<long>();
        Assert.Equal(50, answer["bars"]!.AsArray().Sum(bar => bar!["n"]!.GetValue<int>()));
        Assert.True(width <= 3_600_000);
    }

    [Theory]
    [InlineData(1000, 10)]
    [InlineData(900_000, 10_000)]
    [InlineData(86_400_000, 900_000)]
    [InlineData(365L * 86_400_000, 7L * 86_400_000)]
    public void BarWidth_IsTheNarrowestRoundOneThatFits(long span, long expected) =>
        Assert.Equal(expected, HistogramPage.ChooseWidth(span));

    [Theory]
    [InlineData("a and b", "a AND b")]
    [InlineData("not host.name:web", "NOT host.name:web")]
    [InlineData("status >= 500 or x", "status:>=500 OR x")]
    [InlineData("\"this and that\" AND b", null)]
    [InlineData("status:>=500", null)]
    [InlineData("sand or", "sand OR")]
    public void Hint_MendsHabits(string query, string? expected) => Assert.Equal(expected, QueryHint.Find(query));

    [Theory]
    [InlineData("a b", "a|b")]
    [InlineData("a AND (b OR c) AND NOT d", "a|(b OR c)|NOT d")]
    [InlineData("f:\"x y\" g:[1 TO 2]", "f:\"x y\"|g:[1 TO 2]")]
    [InlineData("a OR b", "a OR b")]
    public void Clauses_AreTakenApartAtTheOutermostAnds(string query, string expected) =>
        Assert.Equal(expected, string.Join('|', QueryClauses.Split(query)));

    [Theory]
    [InlineData("{\"t\":\"sometime\"}", "no range of time")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON")]
    public async Task BadRequests_AreNamed(string body, string expected)
    {
        await using var run = await ConsoleRun.StartAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await run.Http.PostAsync(new Uri(run.Url + "/api/search"), content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync());
    }

    private static List<string> Messages(JsonObject answer) =>
        [.. answer["rows"]!.AsArray().Select(row => row!["f"]!["message"]!.ToString())];
}
