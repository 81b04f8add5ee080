using System.Text;
using LogFlow.Testing;
using Xunit.Abstractions;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>Runs the recorded behaviour of Logstash in shared/vectors.</summary>
public class VectorTests(ITestOutputHelper output)
{
    public static TheoryData<string> Files { get; } =
    [
        "config_parse", "conditionals", "conditionals_extra", "common_options", "common_options_extra", "sprintf",
        "mutate", "mutate_extra", "date_spec", "date_extra", "dissect_spec", "dissect_extra",
        "grok_filter", "grok_extra", "grok_patterns", "json", "json_csv_extra", "pipelines",
        "kv", "kv_extra", "csv", "split", "split_translate_extra", "translate", "fingerprint", "small_filters",
        "aggregate", "geoip", "multiline", "useragent", "xml",
    ];

    [RequiresTheory(Requirement.Shared)]
    [MemberData(nameof(Files))]
    public void Vectors_OfFile_Pass(string file)
    {
        var path = SharedFolder.File("vectors", file + ".jsonl");
        var results = new VectorRunner(PluginRegistry.CreateDefault()).RunFile(path);
        var report = new StringBuilder();
        report.AppendLine($"{file}: {Count(results, VectorOutcome.Passed)} passed, "
            + $"{Count(results, VectorOutcome.Failed)} failed, {Count(results, VectorOutcome.Skipped)} skipped");
        foreach (var result in results.Where(result => result.Outcome != VectorOutcome.Passed))
        {
            report.AppendLine($"  {result.Outcome} {result.Id}: {result.Message}");
        }
        output.WriteLine(report.ToString());
        Assert.True(results.All(result => result.Outcome != VectorOutcome.Failed), report.ToString());
    }

    private static int Count(IReadOnlyList<VectorResult> results, VectorOutcome outcome) =>
        results.Count(result => result.Outcome == outcome);
}
