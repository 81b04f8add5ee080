using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Prometheus' rules and Grafana's dashboards ask for metrics that there are (<see cref="MetricTests"/> compares the
/// same list with a running process), and of data sources that are provisioned.
/// </summary>
public sealed partial class MonitoringTests
{
    public static TheoryData<string> Files =>
    [
        "prometheus/logflow.rules.yml", "prometheus/logflow.rules.test.yml",
        "grafana/dashboards/logflow-pipeline.json", "grafana/dashboards/logflow-logs.json",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Metrics_AreThoseOfTheProgram(string file)
    {
        var known = MetricTests.Names();
        var unknown = Named(DeployFile.Read(file)).Except(known).ToArray();
        Assert.True(unknown.Length == 0, string.Join(", ", unknown));
    }

    [Theory]
    [InlineData("logflow_queue_group_lag")]
    [InlineData("logflow_processor_dead_letters_total")]
    [InlineData("logflow_agent_lost_bytes_total")]
    [InlineData("logflow_data_free_bytes")]
    [InlineData("logflow_processor_outputs_waiting")]
    [InlineData("logflow_part_ready")]
    public void Trouble_HasARuleAndAPanel(string metric)
    {
        Assert.Contains(metric, Named(DeployFile.Read("prometheus/logflow.rules.yml")));
        Assert.Contains(metric, Named(DeployFile.Read("grafana/dashboards/logflow-pipeline.json")));
    }

    [Theory]
    [InlineData("logflow-pipeline")]
    [InlineData("logflow-logs")]
    public void Dashboard_UsesDataSourcesThatAreProvisioned_AndPanelsThatDoNotOverlap(string name)
    {
        var sources = DeployFile.Read("grafana/provisioning/datasources/logflow.yml");
        var dashboard = JsonNode.Parse(DeployFile.Read($"grafana/dashboards/{name}.json"))!;
        Assert.Equal(name, dashboard["uid"]!.ToString());
        var panels = dashboard["panels"]!.AsArray();
        Assert.NotEmpty(panels);
        Assert.Equal(panels.Count, panels.Select(static panel => panel!["id"]!.GetValue<int>()).Distinct().Count());
        var cells = new HashSet<(int X, int Y)>();
        foreach (var panel in panels)
        {
            Assert.All(panel!["targets"]!.AsArray().Append(panel), asked => Assert.Contains(
                $"uid: {asked!["datasource"]!["uid"]}\n    type: {asked["datasource"]!["type"]}\n", sources));
            var place = panel["gridPos"]!;
            var (x, y) = (place["x"]!.GetValue<int>(), place["y"]!.GetValue<int>());
            var (width, height) = (place["w"]!.GetValue<int>(), place["h"]!.GetValue<int>());
            Assert.InRange(x + width, 1, 24);
            Assert.All(
                from column in Enumerable.Range(x, width) from row in Enumerable.Range(y, height) select (column, row),
                cell => Assert.True(cells.Add(cell), $"{panel["title"]} lies on another panel"));
        }
    }

    [RequiresFact(Requirement.Promtool)]
    public async Task Rules_AreTakenByPrometheus_AndFireWhenTheyShould()
    {
        await using var check = await ChildProcess.RunAsync(
            "promtool", ["check", "rules", DeployFile.PathOf("prometheus/logflow.rules.yml")]);
        Assert.True(check.ExitCode == 0, check.Output);
        await using var test = await ChildProcess.RunAsync(
            "promtool", ["test", "rules", DeployFile.PathOf("prometheus/logflow.rules.test.yml")]);
        Assert.True(test.ExitCode == 0, test.Output);
    }

    private static HashSet<string> Named(string text) =>
        [.. Metric().Matches(text).Select(static match => match.Groups[1].Value)];

    [GeneratedRegex(@"\b(logflow_[a-z_]+)\b")]
    private static partial Regex Metric();
}
