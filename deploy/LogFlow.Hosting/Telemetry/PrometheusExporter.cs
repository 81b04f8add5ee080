using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace LogFlow.Hosting;

/// <summary>
/// Collects what LogFlow's meters report and writes it as Prometheus text (exposition format 0.0.4): counters end in
/// <c>_total</c>, units in <c>_seconds</c> and <c>_bytes</c>, histograms have the buckets of <see cref="Buckets"/>.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>What the names of our meters begin with.</summary>
    internal const string MeterPrefix = "LogFlow.";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();

    /// <summary>Starts listening to every meter whose name starts with <c>LogFlow.</c>.</summary>
    public PrometheusExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal))
            {
                var family = _families.GetOrAdd(instrument, static key => new MetricFamily(key));
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.MeasurementsCompleted = (instrument, state) => _families.TryRemove(instrument, out _);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
    }

    /// <summary>All metrics, and those of the process, as text.</summary>
    public string Collect()
    {
        foreach (var family in _families.Values)
        {
            family.ForgetObserved();
        }

        _listener.RecordObservableInstruments();
        var text = new StringBuilder();

        // Two services in one process may own instruments of the same name; Prometheus wants one header for both.
        foreach (var group in _families.Values.GroupBy(family => family.Name).OrderBy(group => group.Key))
        {
            group.First().WriteHeader(text);
            foreach (var family in group)
            {
                family.WriteSeries(text);
            }
        }

        ProcessMetrics.Write(text);
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>A number as Prometheus reads it.</summary>
    internal static string Number(double value) => double.IsPositiveInfinity(value)
        ? "+Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((MetricFamily)state!).Record(value, tags);
}
