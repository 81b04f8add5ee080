using System.Text;

namespace LogFlow.Hosting;

/// <summary>The state of one series.</summary>
internal sealed class MetricSeries(int bucketCount)
{
    // Guards all fields below; measurements are per batch, so contention is small.
    private readonly Lock _lock = new();
    private readonly long[] _buckets = new long[bucketCount];
    private double _value;
    private long _count;

    /// <summary>The total, or the last value of a gauge.</summary>
    public double Value
    {
        get
        {
            lock (_lock)
            {
                return _value;
            }
        }
    }

    /// <summary>Takes a measurement.</summary>
    public void Record(MetricKind kind, double value, double[] bounds)
    {
        lock (_lock)
        {
            if (kind is MetricKind.Gauge or MetricKind.ObservedCounter)
            {
                _value = value;
                return;
            }

            _value += value;
            if (kind == MetricKind.Histogram)
            {
                _count++;
                var bucket = Array.FindIndex(bounds, bound => value <= bound);
                if (bucket >= 0)
                {
                    _buckets[bucket]++;
                }
            }
        }
    }

    /// <summary>Writes the cumulative buckets, the sum and the count.</summary>
    public void WriteHistogram(StringBuilder text, string name, string labels, double[] bounds)
    {
        lock (_lock)
        {
            var separator = labels.Length > 0 ? "," : "";
            var cumulative = 0L;
            for (var index = 0; index < bounds.Length; index++)
            {
                cumulative += _buckets[index];
                text.Append(name).Append("_bucket{").Append(labels).Append(separator).Append("le=\"")
                    .Append(PrometheusExporter.Number(bounds[index])).Append("\"} ").Append(cumulative).Append('\n');
            }

            text.Append(name).Append("_bucket{").Append(labels).Append(separator).Append("le=\"+Inf\"} ")
                .Append(_count).Append('\n');
            var braces = labels.Length > 0 ? $"{{{labels}}}" : "";
            text.Append(name).Append("_sum").Append(braces).Append(' ')
                .Append(PrometheusExporter.Number(_value)).Append('\n');
            text.Append(name).Append("_count").Append(braces).Append(' ').Append(_count).Append('\n');
        }
    }
}
