using System.Buffers.Text;
using System.Text.Json;

namespace LogFlow.Store;

internal enum MetricFunction
{
    Min,
    Max,
    Sum,
    Average,
    ValueCount,
    Cardinality,
    Stats,
}

/// <summary>A number over the values of a field.</summary>
internal sealed class MetricSpec(MetricFunction kind, string field, int precisionThreshold) : AggregationSpec
{
    /// <summary>Distinct values are counted exactly up to here. Matches Elasticsearch.</summary>
    public const int PrecisionThresholdDefault = 3000;

    public int PrecisionThreshold { get; } = precisionThreshold;

    public MetricFunction Kind { get; } = kind;

    public string Field { get; } = field;

    public override bool IsSingleMetric => Kind != MetricFunction.Stats;

    public override IEnumerable<string> Fields => [Field];

    /// <summary>The name that requests use.</summary>
    public string TypeName => Kind switch
    {
        MetricFunction.Average => "avg",
        MetricFunction.ValueCount => "value_count",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    public override Aggregator Create(AggregationBudget budget) => new MetricAggregator(this);
}

internal sealed class MetricAggregator(MetricSpec spec) : Aggregator
{
    private readonly DistinctCounter? _distinct =
        spec.Kind == MetricFunction.Cardinality ? new DistinctCounter(spec.PrecisionThreshold) : null;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;
    private double _sum;
    private double _compensation;
    private long _count;
    private bool _isDate;
    private bool _hasTexts;

    public override double Metric => spec.Kind switch
    {
        MetricFunction.Min => _count > 0 ? _min : double.NaN,
        MetricFunction.Max => _count > 0 ? _max : double.NaN,
        MetricFunction.Sum => _sum,
        MetricFunction.Average => _count > 0 ? _sum / _count : double.NaN,
        MetricFunction.Cardinality => _distinct!.Count,
        _ => _count,
    };

    public override void Collect(BlockScan scan, ReadOnlySpan<int> rows)
    {
        var access = scan.GetAccess(spec.Field);
        if (access.Single is { } single)
        {
            CollectSingle(access, single, rows);
            return;
        }

        var values = new List<FieldValue>();
        foreach (var row in rows)
        {
            values.Clear();
            access.Collect(row, values);
            for (var i = 0; i < values.Count; i++)
            {
                // As Elasticsearch counts: a document's equal texts are one value, its equal numbers several.
                if (spec.Kind != MetricFunction.ValueCount || !IsRepeatedText(values, i))
                {
                    Add(values[i]);
                }
            }
        }
    }

    /// <summary>A row has one value here, or none.</summary>
    private void CollectSingle(FieldAccess access, Column single, ReadOnlySpan<int> rows)
    {
        if (_distinct is not null && single is DictionaryColumn dictionary)
        {
            AddDistinct(access, dictionary, rows);
            return;
        }

        foreach (var row in rows)
        {
            if (access.TryGet(single, row, out var value))
            {
                Add(value);
            }
        }
    }

    /// <summary>Each entry that a row has, once.</summary>
    private void AddDistinct(FieldAccess access, DictionaryColumn dictionary, ReadOnlySpan<int> rows)
    {
        Span<bool> isSeen = stackalloc bool[256];
        isSeen.Clear();
        isSeen[0] = true;
        foreach (var row in rows)
        {
            var code = dictionary.CodeOf(row);
            if (!isSeen[code] && access.TryGet(dictionary, row, out var value))
            {
                _distinct!.Add(value);
            }

            isSeen[code] = true;
        }
    }

    public override bool CanTakeWhole(BlockSource block) => spec.Field == FieldNames.Timestamp
        && spec.Kind is MetricFunction.Min or MetricFunction.Max or MetricFunction.ValueCount;

    public override void TakeWhole(BlockSource block)
    {
        var summary = block.Summary;
        _isDate = true;
        _min = Math.Min(_min, summary.MinTimeMs);
        _max = Math.Max(_max, summary.MaxTimeMs);
        _count += summary.RowCount;
    }

    public override void Merge(Aggregator other)
    {
        var metric = (MetricAggregator)other;
        _min = Math.Min(_min, metric._min);
        _max = Math.Max(_max, metric._max);
        AddToSum(metric._sum);
        _count += metric._count;
        _isDate |= metric._isDate;
        _hasTexts |= metric._hasTexts;
        _distinct?.Merge(metric._distinct!);
    }

    public override string TypeName(AggregationAnswer answer) => spec.TypeName;

    public override void Write(Utf8JsonWriter output, AggregationAnswer answer)
    {
        if (_hasTexts && !answer.HasNumbers(spec.Field))
        {
            throw new QueryException("illegal_argument_exception",
                $"Field [{spec.Field}] of type [keyword] is not supported for aggregation [{spec.TypeName}]");
        }

        switch (spec.Kind)
        {
            case MetricFunction.ValueCount:
                output.WriteNumber("value", _count);
                return;
            case MetricFunction.Cardinality:
                output.WriteNumber("value", _distinct!.Count);
                return;
            case MetricFunction.Stats:
                output.WriteNumber("count", _count);
                WriteNumber(output, "min", _count > 0 ? _min : double.NaN);
                WriteNumber(output, "max", _count > 0 ? _max : double.NaN);
                WriteNumber(output, "avg", _count > 0 ? _sum / _count : double.NaN);
                WriteNumber(output, "sum", _sum);
                if (_isDate && _count > 0)
                {
                    output.WriteString("min_as_string", TimeText.FormatMs((long)_min));
                    output.WriteString("max_as_string", TimeText.FormatMs((long)_max));
                    output.WriteString("avg_as_string", TimeText.FormatMs((long)(_sum / _count)));
                    output.WriteString("sum_as_string", TimeText.FormatMs((long)_sum));
                }

                return;
            default:
                WriteNumber(output, "value", Metric);
                if (_isDate && _count > 0)
                {
                    output.WriteString("value_as_string", TimeText.FormatMs((long)Metric));
                }

                return;
        }
    }

    private void Add(in FieldValue value)
    {
        if (_distinct is not null)
        {
            _distinct.Add(value);
            return;
        }

        if (spec.Kind == MetricFunction.ValueCount)
        {
            _count++;
            return;
        }

        var number = value.Number;
        if (value.Kind == StoredKind.String)
        {
            // Access logs have "-" where there is no number: skipped, as ignore_malformed does.
            _hasTexts = true;
            var text = value.Text.Span;
            if (!Utf8Parser.TryParse(text, out number, out var used) || used != text.Length || !double.IsFinite(number))
            {
                return;
            }
        }

        _isDate |= value.Kind == StoredKind.Time;
        _min = Math.Min(_min, number);
        _max = Math.Max(_max, number);
        AddToSum(number);
        _count++;
    }

    private static bool IsRepeatedText(List<FieldValue> values, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (values[index].Kind == StoredKind.String && values[i].Kind == StoredKind.String
                && values[i].Text.Span.SequenceEqual(values[index].Text.Span))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Kahan's summation, as Elasticsearch sums.</summary>
    private void AddToSum(double value)
    {
        var corrected = value - _compensation;
        var sum = _sum + corrected;
        _compensation = sum - _sum - corrected;
        _sum = sum;
    }

    private static void WriteNumber(Utf8JsonWriter output, string name, double value)
    {
        if (double.IsNaN(value))
        {
            output.WriteNull(name);
        }
        else
        {
            output.WriteNumber(name, value);
        }
    }
}
