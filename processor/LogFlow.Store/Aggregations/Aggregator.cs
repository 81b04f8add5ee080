using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Collects one aggregation; each worker of a search has its own, and they are merged at the end.</summary>
internal abstract class Aggregator
{
    /// <summary>Takes in rows of a block, in rising order.</summary>
    public abstract void Collect(BlockScan scan, ReadOnlySpan<int> rows);

    /// <summary>
    /// Whether all rows of a block can be taken in by what is known of it without reading its columns.
    /// </summary>
    /// <exception cref="CorruptDataException">The block is damaged.</exception>
    public virtual bool CanTakeWhole(BlockSource block) => false;

    /// <summary>Takes in all rows of a block that <see cref="CanTakeWhole"/> was true for.</summary>
    public virtual void TakeWhole(BlockSource block) => throw new InvalidOperationException("rows must be collected");

    public abstract void Merge(Aggregator other);

    /// <summary>Writes the properties of the aggregation's result object.</summary>
    public abstract void Write(Utf8JsonWriter output, AggregationAnswer answer);

    /// <summary>The prefix of its name where a client asks for <c>typed_keys</c>.</summary>
    public abstract string TypeName(AggregationAnswer answer);

    /// <summary>The number by which buckets can be ordered; NaN: there is none, such buckets come last.</summary>
    public virtual double Metric => double.NaN;
}

/// <summary>What an aggregation is to do; makes aggregators.</summary>
internal abstract class AggregationSpec
{
    /// <summary>Fields whose columns are read.</summary>
    public abstract IEnumerable<string> Fields { get; }

    /// <summary>Whether it has one number that buckets can be ordered by.</summary>
    public virtual bool IsSingleMetric => false;

    public abstract Aggregator Create(AggregationBudget budget);
}

/// <summary>The aggregations at one level, by name.</summary>
internal sealed class AggregationSpecs(IReadOnlyList<(string Name, AggregationSpec Spec)> specs)
{
    public static AggregationSpecs Empty { get; } = new([]);

    public IReadOnlyList<(string Name, AggregationSpec Spec)> Specs { get; } = specs;

    public bool IsEmpty => Specs.Count == 0;

    public IEnumerable<string> Fields => Specs.SelectMany(each => each.Spec.Fields);

    public AggregatorSet Create(AggregationBudget budget) => new(this, budget);
}

/// <summary>The aggregators of one bucket, or of the whole search.</summary>
internal sealed class AggregatorSet
{
    private readonly AggregationSpecs _specs;
    private readonly Aggregator[] _aggregators;

    public AggregatorSet(AggregationSpecs specs, AggregationBudget budget)
    {
        _specs = specs;
        _aggregators = new Aggregator[specs.Specs.Count];
        for (var i = 0; i < _aggregators.Length; i++)
        {
            _aggregators[i] = specs.Specs[i].Spec.Create(budget);
        }
    }

    public void Collect(BlockScan scan, ReadOnlySpan<int> rows)
    {
        foreach (var aggregator in _aggregators)
        {
            aggregator.Collect(scan, rows);
        }
    }

    /// <summary>Takes in all rows of a block without reading its columns, where every aggregation can.</summary>
    /// <exception cref="CorruptDataException">The block is damaged; nothing of it was taken.</exception>
    public bool TryTakeWhole(BlockSource block)
    {
        foreach (var aggregator in _aggregators)
        {
            if (!aggregator.CanTakeWhole(block))
            {
                return false;
            }
        }

        foreach (var aggregator in _aggregators)
        {
            aggregator.TakeWhole(block);
        }

        return true;
    }

    public void Merge(AggregatorSet other)
    {
        for (var i = 0; i < _aggregators.Length; i++)
        {
            _aggregators[i].Merge(other._aggregators[i]);
        }
    }

    public double MetricOf(string name)
    {
        for (var i = 0; i < _aggregators.Length; i++)
        {
            if (_specs.Specs[i].Name == name)
            {
                return _aggregators[i].Metric;
            }
        }

        return double.NaN;
    }

    /// <summary>Writes one property per aggregation into the object that is open.</summary>
    public void Write(Utf8JsonWriter output, AggregationAnswer answer)
    {
        for (var i = 0; i < _aggregators.Length; i++)
        {
            var name = _specs.Specs[i].Name;
            output.WriteStartObject(
                answer.UsesTypedKeys ? $"{_aggregators[i].TypeName(answer)}#{name}" : name);
            _aggregators[i].Write(output, answer);
            output.WriteEndObject();
        }
    }
}
