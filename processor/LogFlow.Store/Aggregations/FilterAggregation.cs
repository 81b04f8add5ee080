using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Buckets by queries: <c>filter</c> is one without a name, <c>filters</c> are several with names.</summary>
internal sealed class FilterSpec(
    IReadOnlyList<(string? Name, QueryNode Query)> filters, AggregationSpecs subs) : AggregationSpec
{
    public IReadOnlyList<(string? Name, QueryNode Query)> Filters { get; } = filters;

    public AggregationSpecs Subs { get; } = subs;

    public override IEnumerable<string> Fields => Subs.Fields;

    public override Aggregator Create() => new FilterAggregator(this);
}

internal sealed class FilterAggregator : Aggregator
{
    private readonly FilterSpec _spec;
    private readonly Bucket[] _buckets;

    public FilterAggregator(FilterSpec spec)
    {
        _spec = spec;
        _buckets = [.. spec.Filters.Select(_ => new Bucket(spec.Subs))];
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

    public override void Write(Utf8JsonWriter output)
    {
        if (_spec.Filters is [(null, _)])
        {
            Write(output, _buckets[0]);
            return;
        }

        output.WriteStartObject("buckets");
        for (var i = 0; i < _buckets.Length; i++)
        {
            output.WriteStartObject(_spec.Filters[i].Name!);
            Write(output, _buckets[i]);
            output.WriteEndObject();
        }

        output.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter output, Bucket bucket)
    {
        output.WriteNumber("doc_count", bucket.DocumentCount);
        bucket.Subs?.Write(output);
    }
}
