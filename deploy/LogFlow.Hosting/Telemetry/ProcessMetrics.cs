using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace LogFlow.Hosting;

/// <summary>What Prometheus' client libraries report of every process, under the names they agreed on.</summary>
internal static class ProcessMetrics
{
    /// <summary>Appends the process's metrics.</summary>
    public static void Write(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        Line(text, "process_cpu_seconds_total", "counter", process.TotalProcessorTime.TotalSeconds);
        Line(text, "process_resident_memory_bytes", "gauge", process.WorkingSet64);
        Line(text, "process_start_time_seconds", "gauge",
            new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0);
        Line(text, "process_threads", "gauge", process.Threads.Count);
        Line(text, "dotnet_gc_heap_size_bytes", "gauge", GC.GetTotalMemory(forceFullCollection: false));
        var last = GC.GetGCMemoryInfo(GCKind.Any);
        Line(text, "dotnet_gc_last_collection_heap_size_bytes", "gauge", last.HeapSizeBytes);
        Line(text, "dotnet_gc_last_collection_committed_bytes", "gauge", last.TotalCommittedBytes);
        Line(text, "dotnet_gc_last_collection_fragmented_bytes", "gauge", last.FragmentedBytes);
        text.Append("# TYPE dotnet_gc_collections_total counter\n");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"dotnet_gc_collections_total{{generation=\"{generation}\"}} {GC.CollectionCount(generation)}\n");
        }

        Line(text, "dotnet_gc_pause_seconds_total", "counter", GC.GetTotalPauseDuration().TotalSeconds);
        Line(text, "dotnet_gc_allocated_bytes_total", "counter", GC.GetTotalAllocatedBytes());
    }

    private static void Line(StringBuilder text, string name, string type, double value) =>
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n')
            .Append(name).Append(' ').Append(PrometheusExporter.Number(value)).Append('\n');
}
