using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Buckets by queries: <c>filter</c> is one without a name, <c>filters</c> are several with names.</summary>
internal sealed class FilterSpec(
    IReadOnlyList<(string? Name, QueryNode Query)> filters, AggregationSpecs subs) : AggregationSpec
{
    public IReadOnlyList<(string? Name, QueryNode Query)> Filters { get; } = filters;

    public AggregationSpecs Subs { get; } = subs;

    public override IEnumerable<string> Fields => Subs.Fields;

    public override Aggregator Create(AggregationBudget budget) => new FilterAggregator(this, budget);
}

internal sealed class FilterAggregator : Aggregator
{
    private readonly FilterSpec _spec;
    private readonly Bucket[] _buckets;
    private readonly int[] _counts;

    private bool IsSingle => _spec.Filters is [(null, _)];

    public FilterAggregator(FilterSpec spec, AggregationBudget budget)
    {
        _spec = spec;
        _buckets = [.. spec.Filters.Select(_ => new Bucket(spec.Subs, budget))];
        _counts = new int[_buckets.Length];
    }

    public override bool CanTakeWhole(BlockSource block)
    {
        if (!_spec.Subs.IsEmpty)
        {
            return false;
        }

        for (var i = 0; i < _buckets.Length; i++)
        {
            if (_spec.Filters[i].Query.TryCount(block) is not { } count)
            {
                return false;
            }

            _counts[i] = count;
        }

        return true;
    }

    public override void TakeWhole(BlockSource block)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            _buckets[i].AddCount(_counts[i]);
        }
    }

    public override void Collect(BlockScan scan, ReadOnlySpan<int> rows)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            var query = _spec.Filters[i].Query;
            if (!query.MayMatch(scan.Source))
            {
                continue;
            }

            var hits = new RowSet(scan.RowCount);
            query.Evaluate(scan, hits);
            var taken = new List<int>();
            foreach (var row in rows)
            {
                if (hits[row])
                {
                    taken.Add(row);
                }
            }

            _buckets[i].Add(scan, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(taken));
        }
    }

    public override void Merge(Aggregator other)
    {
        for (var i = 0; i < _buckets.Length; i++)
        {
            _buckets[i].Merge(((FilterAggregator)other)._buckets[i]);
        }
    }

    public override string TypeName(AggregationAnswer answer) => IsSingle ? "filter" : "filters";

    public override void Write(Utf8JsonWriter output, AggregationAnswer answer)
    {
        if (IsSingle)
        {
            Write(output, _buckets[0], answer);
            return;
        }

        output.WriteStartObject("buckets");
        for (var i = 0; i < _buckets.Length; i++)
        {
            output.WriteStartObject(_spec.Filters[i].Name!);
            Write(output, _buckets[i], answer);
            output.WriteEndObject();
        }

        output.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter output, Bucket bucket, AggregationAnswer answer)
    {
        answer.CountBucket();
        output.WriteNumber("doc_count", bucket.DocumentCount);
        bucket.Subs?.Write(output, answer);
    }
}
