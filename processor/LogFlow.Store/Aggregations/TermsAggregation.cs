using System.Runtime.InteropServices;
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

/// <summary>Documents with a common value, and what is aggregated over them.</summary>
internal struct TermBucket
{
    public long DocumentCount;

    /// <summary>Null: nothing is.</summary>
    public AggregatorSet? Subs;
}

internal sealed class TermsAggregator(TermsSpec spec, AggregationBudget budget) : Aggregator
{
    /// <summary>So many terms are counted at once; the half with the smallest counts then makes room.</summary>
    private const int TermCountMax = 1 << 19;

    private readonly Dictionary<TermKey, TermBucket> _buckets = [];

    /// <summary>Documents of the terms that made room, and how many of them one term may have lost at most.</summary>
    private long _droppedDocuments;
    private long _droppedMax;

    /// <summary>Only of an order by count are the smallest counts those that nobody asks for.</summary>
    private bool MayDrop => spec.Order[0] is ("_count", false) && spec.Size < TermCountMax / 4;

    public override void Collect(BlockScan scan, ReadOnlySpan<int> rows)
    {
        if (spec.Subs.IsEmpty)
        {
            Count(scan, rows);
            return;
        }

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
            Add(terms.Keys[i], scan, groups.Of(i));
        }

        if (spec.Missing is { } key)
        {
            Add(key, scan, groups.Of(missing));
        }
    }

    public override void Merge(Aggregator other)
    {
        var terms = (TermsAggregator)other;
        foreach (var (key, theirs) in terms._buckets)
        {
            ref var ours = ref CollectionsMarshal.GetValueRefOrAddDefault(_buckets, key, out var isKnown);
            ours.DocumentCount += theirs.DocumentCount;
            if (isKnown)
            {
                ours.Subs?.Merge(theirs.Subs!);
                budget.ReturnBucket(spec.Subs, key.TextBytes);
            }
            else
            {
                ours.Subs = theirs.Subs;
            }
        }

        _droppedDocuments += terms._droppedDocuments;
        _droppedMax += terms._droppedMax;
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

    /// <summary>Counts rows by term; nothing else is asked of them.</summary>
    private void Count(BlockScan scan, ReadOnlySpan<int> rows)
    {
        var terms = scan.GetTerms(spec.Field);
        var counts = new int[terms.Keys.Count];
        var missing = 0;
        foreach (var row in rows)
        {
            var ordinals = terms.Of(row);
            missing += ordinals.IsEmpty ? 1 : 0;
            foreach (var ordinal in ordinals)
            {
                counts[ordinal]++;
            }
        }

        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                BucketOf(terms.Keys[i]).DocumentCount += counts[i];
            }
        }

        if (spec.Missing is { } key && missing > 0)
        {
            BucketOf(key).DocumentCount += missing;
        }
    }

    private void Add(TermKey key, BlockScan scan, ReadOnlySpan<int> rows)
    {
        if (rows.IsEmpty)
        {
            return;
        }

        ref var bucket = ref BucketOf(key);
        bucket.DocumentCount += rows.Length;
        (bucket.Subs ??= spec.Subs.Create(budget)).Collect(scan, rows);
    }

    /// <summary>The term's bucket; valid until the next one is asked for.</summary>
    private ref TermBucket BucketOf(TermKey key)
    {
        if (_buckets.Count >= TermCountMax && MayDrop && !_buckets.ContainsKey(key))
        {
            DropSmallest();
        }

        ref var bucket = ref CollectionsMarshal.GetValueRefOrAddDefault(_buckets, key, out var isKnown);
        if (!isKnown)
        {
            budget.TakeBucket(spec.Subs, key.TextBytes);
        }

        return ref bucket;
    }

    /// <summary>Keeps the terms with the largest counts; what the others had is remembered as an error.</summary>
    private void DropSmallest()
    {
        var counts = new long[_buckets.Count];
        var at = 0;
        foreach (var bucket in _buckets.Values)
        {
            counts[at++] = bucket.DocumentCount;
        }

        Array.Sort(counts);
        var threshold = counts[counts.Length / 2];
        var left = counts.Length / 2;
        foreach (var (key, bucket) in _buckets)
        {
            if (bucket.DocumentCount > threshold || left-- <= 0)
            {
                continue;
            }

            _droppedDocuments += bucket.DocumentCount;
            budget.ReturnBucket(spec.Subs, key.TextBytes);
            _buckets.Remove(key);
        }

        _droppedMax += threshold;
    }

    /// <summary>The first buckets of the order, by a heap of that size, and the documents of all.</summary>
    private (List<KeyValuePair<TermKey, TermBucket>> Best, long Total) Best(int count)
    {
        var total = 0L;
        var worstFirst = Comparer<KeyValuePair<TermKey, TermBucket>>.Create((a, b) => Compare(b, a));
        var heap = new PriorityQueue<KeyValuePair<TermKey, TermBucket>, KeyValuePair<TermKey, TermBucket>>(worstFirst);
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

        var best = new List<KeyValuePair<TermKey, TermBucket>>(heap.Count);
        while (heap.TryDequeue(out var entry, out _))
        {
            best.Add(entry);
        }

        best.Reverse();
        return (best, total);
    }

    private int Compare(KeyValuePair<TermKey, TermBucket> a, KeyValuePair<TermKey, TermBucket> b)
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
                output.WriteString("key", key.GetText());
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
