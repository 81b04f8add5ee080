using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole.Tests;

/// <summary>Documents for tests.</summary>
internal static class Some
{
    private static readonly string[] Levels = ["INFO", "INFO", "INFO", "WARN", "ERROR", "DEBUG"];

    /// <summary>A line, some seconds before now.</summary>
    public static JsonObject Line(double secondsAgo, string message, string level = "INFO", string dataset = "app") =>
        LineAt(DateTimeOffset.UtcNow.AddSeconds(-secondsAgo), message, level, dataset);

    /// <summary>A line of a moment.</summary>
    public static JsonObject LineAt(
        DateTimeOffset time, string message, string level = "INFO", string dataset = "app") => new()
        {
            ["@timestamp"] = time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["message"] = message,
            ["log"] = new JsonObject { ["level"] = level, ["file"] = new JsonObject { ["path"] = "/var/log/app.log" } },
            ["event"] = new JsonObject { ["dataset"] = dataset },
            ["host"] = new JsonObject { ["name"] = "web-1" },
            ["http"] = new JsonObject { ["response"] = new JsonObject { ["status_code"] = 200 } },
        };

    /// <summary>Lines of the last minutes, the newest first, numbered from 0.</summary>
    public static IEnumerable<JsonObject> Lines(int count, double secondsApart = 1) =>
        Enumerable.Range(0, count).Select(index =>
        {
            var line = Line((index + 1) * secondsApart, $"line {index} of a test", Levels[index % Levels.Length],
                index % 2 == 0 ? "nginx.access" : "app");
            line["host"]!["name"] = $"web-{index % 3}";
            line["http"]!["response"]!["status_code"] = index % 10 == 0 ? 500 : 200;
            return line;
        });
}
