using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Buckets by the values of a field.</summary>
internal sealed class TermsSpec : AggregationSpec
{
    public required string Field { get; init; }

    public int Size { get; init; } = 10;

    public long MinDocCount { get; init; } = 1;

    public TermKey? Missing { get; init; }

    /// <summary>Keys of the order: <c>_count</c>, <c>_key</c> or the name of a metric; then ascending or not.</summary>
    public IReadOnlyList<(string By, bool IsAscending)> Order { get; init; } = [("_count", false)];

    public required AggregationSpecs Subs { get; init; }

    public override IEnumerable<string> Fields => Subs.Fields.Append(Field);

    public override Aggregator Create() => new TermsAggregator(this);
}

internal sealed class TermsAggregator(TermsSpec spec) : Aggregator
{
    private const int BucketCountMax = 1 << 20;

    private readonly Dictionary<TermKey, Bucket> _buckets = [];

    public override void Collect(BlockScan scan, ReadOnlySpan<int> rows)
    {
        var terms = scan.GetTerms(spec.Field);
        var groups = new RowGroups(terms.Keys.Count + 1);
        var missing = terms.Keys.Count;
        foreach (var row in rows)
        {
            var ordinals = terms.Of(row);
            if (ordinals.IsEmpty && spec.Missing is not null)
            {
                groups.Add(missing, row);
            }

            foreach (var ordinal in ordinals)
            {
                groups.Add(ordinal, row);
            }
        }

        for (var i = 0; i < terms.Keys.Count; i++)
        {
            AddTo(terms.Keys[i], scan, groups.Of(i));
        }

        if (spec.Missing is { } key)
        {
            AddTo(key, scan, groups.Of(missing));
        }
    }

    public override void Merge(Aggregator other)
    {
        foreach (var (key, bucket) in ((TermsAggregator)other)._buckets)
        {
            if (!_buckets.TryAdd(key, bucket))
            {
                _buckets[key].Merge(bucket);
            }
        }
    }

    public override void Write(Utf8JsonWriter output)
    {
        var all = _buckets.ToList();
        all.Sort(Compare);
        var total = all.Sum(entry => entry.Value.DocumentCount);

        // As Elasticsearch's single shard: it sends its best, those below the minimum are dropped from them silently.
        // Of an order by key it sends no more than it must.
        var isKeyOrder = spec.Order is [("_key", _)];
        var shardSize = isKeyOrder ? spec.Size : (int)Math.Min(int.MaxValue, spec.Size + (spec.Size / 2L) + 10);
        var sent = all.Take(shardSize).ToList();
        var kept = sent.Where(entry => entry.Value.DocumentCount >= spec.MinDocCount).ToList();
        var other = total - sent.Sum(entry => entry.Value.DocumentCount)
            + kept.Skip(spec.Size).Sum(entry => entry.Value.DocumentCount);
        var isCountDescending = spec.Order[0] is ("_count", false);
        var isErrorUnknown = all.Count >= shardSize && !isKeyOrder && !isCountDescending;
        output.WriteNumber("doc_count_error_upper_bound", isErrorUnknown ? -1 : 0);
        output.WriteNumber("sum_other_doc_count", other);
        output.WriteStartArray("buckets");
        foreach (var (key, bucket) in kept.Take(spec.Size))
        {
            output.WriteStartObject();
            WriteKey(output, key);
            output.WriteNumber("doc_count", bucket.DocumentCount);
            bucket.Subs?.Write(output);
            output.WriteEndObject();
        }

        output.WriteEndArray();
    }

    private void AddTo(TermKey key, BlockScan scan, ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty)
        {
            return;
        }

        if (!_buckets.TryGetValue(key, out var bucket))
        {
            if (_buckets.Count == BucketCountMax)
            {
                throw new QueryException("too_many_buckets_exception",
                    $"Trying to create too many buckets. Must be less than or equal to: [{BucketCountMax}].");
            }

            bucket = new Bucket(spec.Subs);
            _buckets.Add(key, bucket);
        }

        bucket.Add(scan, rows);
    }

    private int Compare(KeyValuePair<TermKey, Bucket> a, KeyValuePair<TermKey, Bucket> b)
    {
        foreach (var (by, isAscending) in spec.Order)
        {
            var order = by switch
            {
                "_count" => a.Value.DocumentCount.CompareTo(b.Value.DocumentCount),
                "_key" => a.Key.CompareTo(b.Key),
                _ => CompareMetrics(a.Value.Subs!.MetricOf(by), b.Value.Subs!.MetricOf(by), isAscending),
            };
            if (order != 0)
            {
                return isAscending ? order : -order;
            }
        }

        return a.Key.CompareTo(b.Key);
    }

    /// <summary>Buckets without a metric come last in either direction.</summary>
    private static int CompareMetrics(double a, double b, bool isAscending) => (double.IsNaN(a), double.IsNaN(b)) switch
    {
        (true, true) => 0,
        (true, false) => isAscending ? 1 : -1,
        (false, true) => isAscending ? -1 : 1,
        _ => a.CompareTo(b),
    };

    private static void WriteKey(Utf8JsonWriter output, TermKey key)
    {
        switch (key.Kind)
        {
            case ValueKind.String or ValueKind.Ip:
                output.WriteString("key", key.Text);
                break;
            case ValueKind.Double:
                output.WriteNumber("key", key.Number);
                break;
            case ValueKind.Bool:
                output.WriteNumber("key", key.Bits);
                output.WriteString("key_as_string", key.Bits != 0 ? "true" : "false");
                break;
            case ValueKind.Time:
                output.WriteNumber("key", key.Bits);
                output.WriteString("key_as_string", TimeText.FormatMs(key.Bits));
                break;
            default:
                output.WriteNumber("key", key.Bits);
                break;
        }
    }
}
