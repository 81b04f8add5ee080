using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Buckets by the values of a field.</summary>
internal sealed class TermsSpec : AggregationSpec
{
    public required string Field { get; init; }

    public int Size { get; init; } = 10;

    public long MinDocCount { get; init; } = 1;

    public TermKey? Missing { get; init; }

    /// <summary><c>show_term_doc_count_error</c>: each bucket says by how much its count may be too small.</summary>
    public bool ShowsErrors { get; init; }

    /// <summary>Keys of the order: <c>_count</c>, <c>_key</c> or the name of a metric; then ascending or not.</summary>
    public IReadOnlyList<(string By, bool IsAscending)> Order { get; init; } = [("_count", false)];

    public required AggregationSpecs Subs { get; init; }

    public override IEnumerable<string> Fields => Subs.Fields.Append(Field);

    public override Aggregator Create(AggregationBudget budget) => new TermsAggregator(this, budget);
}

internal sealed class TermsAggregator(TermsSpec spec, AggregationBudget budget) : Aggregator
{
    /// <summary>So many terms are counted at once; the half with the smallest counts then makes room.</summary>
    private const int TermCountMax = 1 << 19;

    private readonly Dictionary<TermKey, Bucket> _buckets = [];

    /// <summary>Documents of the terms that made room, and how many of them one term may have lost at most.</summary>
    private long _droppedDocuments;
    private long _droppedMax;

    /// <summary>Only of an order by count are the smallest counts those that nobody asks for.</summary>
    private bool MayDrop => spec.Order[0] is ("_count", false) && spec.Size < TermCountMax / 4;

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
                budget.ReturnBucket(spec.Subs, KeyBytes(key));
            }
        }

        _droppedDocuments += ((TermsAggregator)other)._droppedDocuments;
        _droppedMax += ((TermsAggregator)other)._droppedMax;
    }

    /// <summary>By the keys that there are; where there are none, by what the field holds elsewhere.</summary>
    public override string TypeName(AggregationAnswer answer)
    {
        var kinds = 0;
        foreach (var key in _buckets.Keys)
        {
            kinds |= 1 << (int)key.Kind;
        }

        kinds = kinds != 0 ? kinds : answer.KindsOf(spec.Field);
        return kinds == 0 ? "umterms"
            : (kinds & ((1 << (int)StoredKind.String) | (1 << (int)StoredKind.Ip))) != 0 ? "sterms"
            : (kinds & (1 << (int)StoredKind.Double)) != 0 ? "dterms"
            : "lterms";
    }

    public override void Write(Utf8JsonWriter output, AggregationAnswer answer)
    {
        // As Elasticsearch's single shard: it sends its best, those below the minimum are dropped from them silently.
        // Of an order by key it sends no more than it must.
        var isKeyOrder = spec.Order is [("_key", _)];
        var shardSize = isKeyOrder ? spec.Size : (int)Math.Min(int.MaxValue, spec.Size + (spec.Size / 2L) + 10);
        var (sent, total) = Best(shardSize);
        var kept = sent.Where(entry => entry.Value.DocumentCount >= spec.MinDocCount).ToList();
        var other = total - sent.Sum(entry => entry.Value.DocumentCount)
            + kept.Skip(spec.Size).Sum(entry => entry.Value.DocumentCount);
        var isCountDescending = spec.Order[0] is ("_count", false);
        var isErrorUnknown = _buckets.Count >= shardSize && !isKeyOrder && !isCountDescending;
        output.WriteNumber("doc_count_error_upper_bound", isErrorUnknown ? -1 : _droppedMax);
        output.WriteNumber("sum_other_doc_count", other + _droppedDocuments);
        output.WriteStartArray("buckets");
        foreach (var (key, bucket) in kept.Take(spec.Size))
        {
            answer.CountBucket();
            output.WriteStartObject();
            WriteKey(output, key);
            output.WriteNumber("doc_count", bucket.DocumentCount);
            if (spec.ShowsErrors)
            {
                output.WriteNumber("doc_count_error_upper_bound", isErrorUnknown ? -1 : _droppedMax);
            }

            bucket.Subs?.Write(output, answer);
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
            if (_buckets.Count >= TermCountMax && MayDrop)
            {
                DropSmallest();
            }

            budget.TakeBucket(spec.Subs, KeyBytes(key));
            bucket = new Bucket(spec.Subs, budget);
            _buckets.Add(key, bucket);
        }

        bucket.Add(scan, rows);
    }

    private static int KeyBytes(in TermKey key) => key.Text is null ? 0 : 24 + (2 * key.Text.Length);

    /// <summary>Keeps the terms with the largest counts; what the others had is remembered as an error.</summary>
    private void DropSmallest()
    {
        var counts = _buckets.Values.Select(bucket => bucket.DocumentCount).Order().ToArray();
        var threshold = counts[counts.Length / 2];
        var left = counts.Length / 2;
        foreach (var (key, bucket) in _buckets)
        {
            if (bucket.DocumentCount > threshold || left-- <= 0)
            {
                continue;
            }

            _droppedDocuments += bucket.DocumentCount;
            budget.ReturnBucket(spec.Subs, KeyBytes(key));
            _buckets.Remove(key);
        }

        _droppedMax += threshold;
    }

    /// <summary>The first buckets of the order, by a heap of that size, and the documents of all.</summary>
    private (List<KeyValuePair<TermKey, Bucket>> Best, long Total) Best(int count)
    {
        var total = 0L;
        var worstFirst = Comparer<KeyValuePair<TermKey, Bucket>>.Create((a, b) => Compare(b, a));
        var heap = new PriorityQueue<KeyValuePair<TermKey, Bucket>, KeyValuePair<TermKey, Bucket>>(worstFirst);
        foreach (var entry in _buckets)
        {
            total += entry.Value.DocumentCount;
            if (heap.Count < count)
            {
                heap.Enqueue(entry, entry);
            }
            else
            {
                heap.EnqueueDequeue(entry, entry);
            }
        }

        var best = new List<KeyValuePair<TermKey, Bucket>>(heap.Count);
        while (heap.TryDequeue(out var entry, out _))
        {
            best.Add(entry);
        }

        best.Reverse();
        return (best, total);
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
            case StoredKind.String or StoredKind.Ip:
                output.WriteString("key", key.Text);
                break;
            case StoredKind.Double:
                output.WriteNumber("key", key.Number);
                break;
            case StoredKind.Bool:
                output.WriteNumber("key", key.Bits);
                output.WriteString("key_as_string", key.Bits != 0 ? "true" : "false");
                break;
            case StoredKind.Time:
                output.WriteNumber("key", key.Bits);
                output.WriteString("key_as_string", TimeText.FormatMs(key.Bits));
                break;
            default:
                output.WriteNumber("key", key.Bits);
                break;
        }
    }
}
