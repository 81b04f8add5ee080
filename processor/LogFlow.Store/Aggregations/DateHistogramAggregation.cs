using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Buckets by steps of time.</summary>
internal sealed class DateHistogramSpec : AggregationSpec
{
    public required string Field { get; init; }

    public required Rounding Rounding { get; init; }

    public required TimeZoneInfo Zone { get; init; }

    public long OffsetMs { get; init; }

    public long MinDocCount { get; init; }

    /// <summary>Empty buckets are added to cover these times, in milliseconds.</summary>
    public (long? Min, long? Max)? ExtendedBounds { get; init; }

    /// <summary>Keys are also written as epoch milliseconds, not as a date.</summary>
    public bool PrintsMilliseconds { get; init; }

    public IReadOnlyList<(string By, bool IsAscending)> Order { get; init; } = [("_key", true)];

    public required AggregationSpecs Subs { get; init; }

    public override IEnumerable<string> Fields => Subs.Fields.Append(Field);

    public long KeyOf(long ms) => Rounding.Floor(ms - OffsetMs) + OffsetMs;

    /// <summary>
    /// Bounds are rounded before the offset is added, not after it is taken off, as in Elasticsearch.
    /// </summary>
    public long BoundKeyOf(long ms) => Rounding.Floor(ms) + OffsetMs;

    public long NextKey(long key) => Rounding.Next(key - OffsetMs) + OffsetMs;

    public override Aggregator Create(AggregationBudget budget) => new DateHistogramAggregator(this, budget);
}

internal sealed class DateHistogramAggregator(DateHistogramSpec spec, AggregationBudget budget) : Aggregator
{
    private readonly Dictionary<long, Bucket> _buckets = [];

    public override void Collect(BlockScan scan, ReadOnlySpan<int> rows)
    {
        var access = scan.GetAccess(spec.Field);
        var groups = new Dictionary<long, List<int>>();
        var values = new List<FieldValue>();
        var times = access.Single is NumberColumn { Entry.Type: ColumnType.Time } column ? column : null;
        long key = 0, next = long.MinValue;
        List<int>? group = null;
        foreach (var row in rows)
        {
            values.Clear();
            if (times is not null)
            {
                if (times.Has(row))
                {
                    values.Add(times.Get(row));
                }
            }
            else
            {
                access.Collect(row, values);
            }

            foreach (var value in values)
            {
                // Neighbours in a log are neighbours in time.
                if (group is null || value.Bits < key || value.Bits >= next)
                {
                    key = spec.KeyOf(value.Bits);
                    next = spec.NextKey(key);
                    if (!groups.TryGetValue(key, out group))
                    {
                        groups.Add(key, group = []);
                    }
                }

                if (group.Count == 0 || group[^1] != row)
                {
                    group.Add(row);
                }
            }
        }

        foreach (var (step, members) in groups)
        {
            if (!_buckets.TryGetValue(step, out var bucket))
            {
                _buckets.Add(step, bucket = NewBucket());
            }

            bucket.Add(scan, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members));
        }
    }

    public override void Merge(Aggregator other)
    {
        foreach (var (key, bucket) in ((DateHistogramAggregator)other)._buckets)
        {
            if (!_buckets.TryAdd(key, bucket))
            {
                _buckets[key].Merge(bucket);
            }
        }
    }

    public override string TypeName(AggregationAnswer answer) => "date_histogram";

    public override void Write(Utf8JsonWriter output, AggregationAnswer answer)
    {
        if (spec.MinDocCount == 0)
        {
            FillGaps();
        }

        var buckets = _buckets.Where(entry => entry.Value.DocumentCount >= spec.MinDocCount).ToList();
        buckets.Sort(Compare);
        output.WriteStartArray("buckets");
        foreach (var (key, bucket) in buckets)
        {
            answer.CountBucket();
            output.WriteStartObject();
            output.WriteString("key_as_string", spec.PrintsMilliseconds
                ? key.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : TimeText.FormatMs(key, Zones.OffsetMs(key, spec.Zone)));
            output.WriteNumber("key", key);
            output.WriteNumber("doc_count", bucket.DocumentCount);
            bucket.Subs?.Write(output, answer);
            output.WriteEndObject();
        }

        output.WriteEndArray();
    }

    private void FillGaps()
    {
        long? first = _buckets.Count > 0 ? _buckets.Keys.Min() : null;
        long? last = _buckets.Count > 0 ? _buckets.Keys.Max() : null;
        if (spec.ExtendedBounds is { } bounds)
        {
            first = Math.Min(first ?? long.MaxValue, bounds.Min is { } min ? spec.BoundKeyOf(min) : long.MaxValue);
            last = Math.Max(last ?? long.MinValue, bounds.Max is { } max ? spec.BoundKeyOf(max) : long.MinValue);
        }

        if (first is null || last is null || first == long.MaxValue || last == long.MinValue)
        {
            return;
        }

        for (var key = first.Value; key <= last.Value; key = spec.NextKey(key))
        {
            if (!_buckets.ContainsKey(key))
            {
                _buckets.Add(key, NewBucket());
            }
        }
    }

    private Bucket NewBucket()
    {
        if (_buckets.Count == AggregationAnswer.BucketCountMax)
        {
            throw new QueryException("too_many_buckets_exception",
                $"Trying to create too many buckets. Must be less than or equal to: [{AggregationAnswer.BucketCountMax}] "
                + "but this number of buckets was exceeded. This limit can be set by changing the interval.");
        }

        budget.TakeBucket(spec.Subs, 0);
        return new Bucket(spec.Subs, budget);
    }

    private int Compare(KeyValuePair<long, Bucket> a, KeyValuePair<long, Bucket> b)
    {
        foreach (var (by, isAscending) in spec.Order)
        {
            var order = by switch
            {
                "_count" => a.Value.DocumentCount.CompareTo(b.Value.DocumentCount),
                "_key" => a.Key.CompareTo(b.Key),
                _ => a.Value.Subs!.MetricOf(by).CompareTo(b.Value.Subs!.MetricOf(by)),
            };
            if (order != 0)
            {
                return isAscending ? order : -order;
            }
        }

        return a.Key.CompareTo(b.Key);
    }
}
