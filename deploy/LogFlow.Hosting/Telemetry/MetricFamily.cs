using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace LogFlow.Hosting;

/// <summary>One instrument and its series, one for each set of tags.</summary>
internal sealed class MetricFamily
{
    private const int SeriesMax = 10_000;

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly double[] _bounds;
    private readonly Instrument _instrument;
    private readonly MetricKind _kind;

    /// <summary>Derives name and type from the instrument.</summary>
    public MetricFamily(Instrument instrument)
    {
        _instrument = instrument;
        var type = instrument.GetType().Name;
        _kind = type.StartsWith("Histogram", StringComparison.Ordinal) ? MetricKind.Histogram
            : type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? MetricKind.ObservedCounter
            : type.StartsWith("Counter", StringComparison.Ordinal) ? MetricKind.Counter
            : type.StartsWith("UpDownCounter", StringComparison.Ordinal) ? MetricKind.Sum
            : MetricKind.Gauge;
        _bounds = _kind == MetricKind.Histogram ? Buckets.For(instrument.Unit) : [];
        Name = MakeName(instrument, _kind);
    }

    /// <summary>The name as Prometheus sees it.</summary>
    public string Name { get; }

    /// <summary>Takes one measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = tags.Length == 0 ? "" : Labels(tags);
        if (!_series.TryGetValue(labels, out var series))
        {
            if (_series.Count >= SeriesMax)
            {
                // Tags are bounded by design; this keeps a mistake from eating the memory.
                return;
            }

            series = _series.GetOrAdd(labels, _ => new MetricSeries(_bounds.Length));
        }

        series.Record(_kind, value, _bounds);
    }

    /// <summary>Observed instruments tell all their series anew at each collection; vanished ones must go.</summary>
    public void ForgetObserved()
    {
        if (_instrument.IsObservable)
        {
            _series.Clear();
        }
    }

    /// <summary>Writes the HELP and TYPE lines.</summary>
    public void WriteHeader(StringBuilder text)
    {
        var help = (_instrument.Description ?? _instrument.Name).Replace("\\", "\\\\").Replace("\n", "\\n");
        var type = _kind switch
        {
            MetricKind.Histogram => "histogram",
            MetricKind.Counter or MetricKind.ObservedCounter => "counter",
            _ => "gauge",
        };
        text.Append("# HELP ").Append(Name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(Name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>Writes one line a series, or one a bucket.</summary>
    public void WriteSeries(StringBuilder text)
    {
        foreach (var (labels, series) in _series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (_kind == MetricKind.Histogram)
            {
                series.WriteHistogram(text, Name, labels, _bounds);
            }
            else
            {
                text.Append(Name);
                if (labels.Length > 0)
                {
                    text.Append('{').Append(labels).Append('}');
                }

                text.Append(' ').Append(PrometheusExporter.Number(series.Value)).Append('\n');
            }
        }
    }

    private static string MakeName(Instrument instrument, MetricKind kind)
    {
        var name = new StringBuilder();
        foreach (var letter in instrument.Name)
        {
            name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }

        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (unit.Length > 0 && !name.ToString().EndsWith(unit, StringComparison.Ordinal))
        {
            name.Append(unit);
        }

        return name.Append(kind is MetricKind.Counter or MetricKind.ObservedCounter ? "_total" : "").ToString();
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (text.Length > 0)
            {
                text.Append(',');
            }

            foreach (var letter in key)
            {
                text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
            }

            var escaped = (value?.ToString() ?? "").Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
            text.Append("=\"").Append(escaped).Append('"');
        }

        return text.ToString();
    }
}
