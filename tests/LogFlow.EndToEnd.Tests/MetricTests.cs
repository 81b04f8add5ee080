using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>What people's dashboards and alerts are built on.</summary>
public partial class MetricTests
{
    [RequiresFact(Requirement.Linux)]
    public async Task Up_Metrics_HaveTheNamesTypesAndLabelsThatTheyEverHad()
    {
        using var folder = new TempDirectory();
        var log = folder.File("access.log");
        new AccessLogGenerator(1).WriteFile(log, 100);
        await using var up = UpProcess.Start(
            folder.File("data"), log, null, "-E", "alerts=[{name: quiet, above: 1000000}]");
        using var api = await UpProcess.ReadyAsync(up, folder.File("data"));
        using var http = new HttpClient();
        var console = LogFlowProcess.ReadEndpoints(folder.File("data"))["console"]!.ToString();
        string[] missing = [];

        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    missing = Missing(Read(await http.GetStringAsync(new Uri($"{console}/metrics"))));
                    return missing.Length == 0;
                },
                "all metrics");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"missing: {string.Join(", ", missing)}\n{up.Output}");
        }
    }

    [RequiresFact(Requirement.Linux)]
    public async Task Queue_OtlpEndpointInTheEnvironment_SendsItsMetricsThere()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var collector = await LoopbackServer.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            bodies.Enqueue($"{context.Request.Path} {Encoding.Latin1.GetString(body.ToArray())}");
        });
        using var folder = new TempDirectory();
        await using var queue = LogFlowProcess.Start(
            "logflow-queue",
            ["-E", "listeners=PLAINTEXT://127.0.0.1:0", "-E", $"log.dirs={folder.Path}", "-E", "queue.http.port=0"],
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url.ToString(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            });

        await Eventually.TrueAsync(
            () => bodies.Any(static body => body.StartsWith("/v1/metrics ", StringComparison.Ordinal)
                && body.Contains("logflow.queue.", StringComparison.Ordinal)
                && body.Contains("logflow-queue", StringComparison.Ordinal)),
            $"metrics at the collector:\n{queue.Output}");
        await queue.StopAsync();
        Assert.Equal(0, queue.ExitCode);
    }

    /// <summary>The names of all series of LogFlow's own metrics; a histogram has three of each.</summary>
    internal static HashSet<string> Names() =>
    [
        .. from line in Lines()
           let words = line.Split(' ')
           from name in words[1] == "histogram"
               ? new[] { words[0] + "_bucket", words[0] + "_sum", words[0] + "_count" }
               : [words[0]]
           select name,
    ];

    private static string[] Lines()
    {
        using var stream = typeof(MetricTests).Assembly.GetManifestResourceStream("MetricNames.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] Missing(Dictionary<string, Family> families) =>
    [
        .. from line in Lines()
           let words = line.Split(' ')
           let labels = words.Length > 2 ? words[2].Split(',') : []
           where !families.TryGetValue(words[0], out var family)
               || family.Type != words[1]
               || !labels.All(family.Labels.Contains)
           select line,
    ];

    /// <summary>The families of a text in Prometheus' format, by name.</summary>
    private static Dictionary<string, Family> Read(string text)
    {
        var families = new Dictionary<string, Family>();
        Family? current = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(' ') is ["#", "TYPE", var name, var type])
            {
                families[name] = current = new Family(type, []);
            }
            else if (!line.StartsWith('#'))
            {
                current?.Labels.UnionWith(Label().Matches(line).Select(static match => match.Groups[1].Value));
            }
        }

        return families;
    }

    [GeneratedRegex("([a-zA-Z_]+)=\"")]
    private static partial Regex Label();

    private sealed record Family(string Type, HashSet<string> Labels);
}
