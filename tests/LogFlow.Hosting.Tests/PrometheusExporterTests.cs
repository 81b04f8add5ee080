using System.Diagnostics.Metrics;

namespace LogFlow.Hosting.Tests;

public class PrometheusExporterTests
{
    [Fact]
    public void Collect_AllKinds_FollowTheExpositionFormat()
    {
        using var exporter = new PrometheusExporter();
        using var meter = new Meter("LogFlow.Sample");
        var counter = meter.CreateCounter<long>("logflow.sample.received", "By", "Bytes\nreceived");
        var histogram = meter.CreateHistogram<double>("logflow.sample.append.duration", "s");
        var level = 1.5;
        meter.CreateObservableGauge("logflow.sample.level", () => level);

        counter.Add(2, new KeyValuePair<string, object?>("topic", "a\"b"));
        counter.Add(3, new KeyValuePair<string, object?>("topic", "a\"b"));
        histogram.Record(0.003);
        histogram.Record(100);
        var text = exporter.Collect();

        Assert.Contains("# HELP logflow_sample_received_bytes_total Bytes\\nreceived\n", text);
        Assert.Contains("logflow_sample_received_bytes_total{topic=\"a\\\"b\"} 5\n", text);
        Assert.Contains("# TYPE logflow_sample_append_duration_seconds histogram\n", text);
        Assert.Contains("logflow_sample_append_duration_seconds_bucket{le=\"0.0025\"} 0\n", text);
        Assert.Contains("logflow_sample_append_duration_seconds_bucket{le=\"0.005\"} 1\n", text);
        Assert.Contains("logflow_sample_append_duration_seconds_bucket{le=\"+Inf\"} 2\n", text);
        Assert.Contains("logflow_sample_append_duration_seconds_count 2\n", text);
        Assert.Contains("logflow_sample_level 1.5\n", text);
        Assert.Contains("process_resident_memory_bytes ", text);
    }

    [Fact]
    public void Collect_OtherMeters_AreLeftOut()
    {
        using var exporter = new PrometheusExporter();
        using var meter = new Meter("Somebody.Else");
        meter.CreateCounter<long>("alien").Add(1);

        Assert.DoesNotContain("alien", exporter.Collect(), StringComparison.Ordinal);
    }
}
