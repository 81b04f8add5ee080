using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Reads <c>aggs</c>; what it does not know is refused by name.</summary>
internal sealed class AggregationParser(QueryParser queries, long nowMs)
{
    private const int DepthMax = 16;
    private const int TermsSizeMax = 65_536;

    private static readonly HashSet<string> MetricTypes =
        ["min", "max", "sum", "avg", "value_count", "cardinality", "stats"];

    public AggregationSpecs Parse(JsonElement aggregations, int depth = 0)
    {
        if (depth > DepthMax)
        {
            throw QueryException.Parsing($"aggregations are nested deeper than {DepthMax}");
        }

        return new AggregationSpecs([.. Json.Object(aggregations, "aggs").EnumerateObject()
            .Select(property => (property.Name, One(property.Name, property.Value, depth)))]);
    }

    private AggregationSpec One(string name, JsonElement body, int depth)
    {
        JsonProperty? kind = null;
        var subs = AggregationSpecs.Empty;
        foreach (var property in Json.Object(body, name).EnumerateObject())
        {
            switch (property.Name)
            {
                case "aggs" or "aggregations":
                    subs = Parse(property.Value, depth + 1);
                    break;
                case "meta":
                    throw QueryException.Unsupported("[meta] of an aggregation");
                default:
                    kind = kind is null
                        ? property
                        : throw QueryException.Parsing($"Found two aggregation type definitions in [{name}]: "
                            + $"[{kind.Value.Name}] and [{property.Name}]");
                    break;
            }
        }

        if (kind is not { } found)
        {
            throw QueryException.Parsing($"Missing definition for aggregation [{name}]");
        }

        return found.Name switch
        {
            "terms" => Terms(found.Value, subs),
            "date_histogram" => DateHistogram(found.Value, subs),
            "filter" => new FilterSpec([(null, queries.Parse(found.Value))], subs),
            "filters" => Filters(found.Value, subs),
            _ when MetricTypes.Contains(found.Name) => Metric(found.Name, found.Value, subs),
            _ => throw QueryException.Parsing($"Unknown aggregation type [{found.Name}]"),
        };
    }

    private static MetricSpec Metric(string type, JsonElement body, AggregationSpecs subs)
    {
        string? field = null;
        var threshold = MetricSpec.PrecisionThresholdDefault;
        foreach (var property in Json.Object(body, type).EnumerateObject())
        {
            switch (property.Name)
            {
                case "field":
                    field = Json.Scalar(property.Value, "field");
                    break;
                case "precision_threshold" when type == "cardinality":
                    threshold = Math.Clamp(Json.Int(property.Value, "precision_threshold"), 0, 40_000);
                    break;
                default:
                    throw QueryException.Parsing($"[{type}] unknown field [{property.Name}]");
            }
        }

        if (!subs.IsEmpty)
        {
            throw QueryException.Parsing($"Aggregator of type [{type}] cannot accept sub-aggregations");
        }

        return new MetricSpec(type switch
        {
            "min" => MetricFunction.Min,
            "max" => MetricFunction.Max,
            "sum" => MetricFunction.Sum,
            "avg" => MetricFunction.Average,
            "value_count" => MetricFunction.ValueCount,
            "cardinality" => MetricFunction.Cardinality,
            _ => MetricFunction.Stats,
        }, Required(field, type), threshold);
    }

    private FilterSpec Filters(JsonElement body, AggregationSpecs subs)
    {
        var filters = new List<(string?, QueryNode)>();
        foreach (var property in Json.Object(body, "filters").EnumerateObject())
        {
            if (property.Name != "filters" || property.Value.ValueKind != JsonValueKind.Object)
            {
                throw QueryException.Parsing($"[filters] unknown field [{property.Name}], or filters without names");
            }

            filters.AddRange(property.Value.EnumerateObject()
                .Select(filter => ((string?)filter.Name, queries.Parse(filter.Value))));
        }

        return new FilterSpec(filters, subs);
    }

    private static TermsSpec Terms(JsonElement body, AggregationSpecs subs)
    {
        string? field = null;
        var size = 10;
        long minimum = 1;
        TermKey? missing = null;
        var showsErrors = false;
        IReadOnlyList<(string, bool)> order = [("_count", false)];
        foreach (var property in Json.Object(body, "terms").EnumerateObject())
        {
            switch (property.Name)
            {
                case "field":
                    field = Json.Scalar(property.Value, "field");
                    break;
                case "size":
                    size = Json.Int(property.Value, "size");
                    break;
                case "min_doc_count":
                    minimum = Json.Int(property.Value, "min_doc_count");
                    break;
                case "missing":
                    missing = MissingKey(property.Value);
                    break;
                case "order":
                    order = Order(property.Value, subs);
                    break;
                case "shard_size" or "execution_hint" or "collect_mode" or "shard_min_doc_count":
                    break;
                case "show_term_doc_count_error":
                    showsErrors = Json.Bool(property.Value, property.Name);
                    break;
                default:
                    throw QueryException.Parsing($"[terms] unknown field [{property.Name}]");
            }
        }

        if (size is <= 0 or > TermsSizeMax)
        {
            throw new QueryException("illegal_argument_exception",
                $"[size] must be greater than 0 and at most {TermsSizeMax}. Found [{size}] in [terms]");
        }

        if (minimum < 1)
        {
            throw QueryException.Unsupported("[terms] with [min_doc_count] 0");
        }

        var name = Required(field, "terms");
        return FieldTypes.Of(name) == FieldType.Text
            ? throw new QueryException("illegal_argument_exception",
                $"Text fields are not optimised for operations that require per-document field data like aggregations "
                + $"and sorting: [{name}]")
            : new TermsSpec
            {
                Field = name,
                Size = size,
                MinDocCount = minimum,
                Missing = missing,
                ShowsErrors = showsErrors,
                Order = order,
                Subs = subs,
            };
    }

    private static TermKey MissingKey(JsonElement value) => TermKey.Of(
        value.ValueKind switch
        {
            JsonValueKind.String => FieldValue.OfText(Encoding.UTF8.GetBytes(value.GetString()!)),
            JsonValueKind.True or JsonValueKind.False => FieldValue.OfBool(value.ValueKind == JsonValueKind.True),
            JsonValueKind.Number when value.TryGetInt64(out var integer) => FieldValue.OfInt64(integer),
            JsonValueKind.Number => FieldValue.OfDouble(value.GetDouble()),
            _ => throw QueryException.Parsing("[terms] [missing] must be a value"),
        },
        FieldType.Dynamic);

    private static List<(string By, bool IsAscending)> Order(JsonElement value, AggregationSpecs subs)
    {
        var order = new List<(string, bool)>();
        foreach (var item in Json.Many(value))
        {
            var property = Json.Single(item, "order");
            var by = property.Name == "_term" ? "_key" : property.Name;
            by = by.EndsWith(".value", StringComparison.Ordinal) ? by[..^".value".Length] : by;
            if (by is not ("_count" or "_key") && !subs.Specs.Any(sub => sub.Name == by && sub.Spec.IsSingleMetric))
            {
                throw new QueryException("aggregation_execution_exception",
                    $"Invalid aggregation order path [{property.Name}]: it is no single-number aggregation below");
            }

            var direction = Json.Scalar(property.Value, "order").ToLowerInvariant();
            order.Add((by, direction switch
            {
                "asc" => true,
                "desc" => false,
                _ => throw QueryException.Parsing($"Unknown order direction [{direction}]"),
            }));
        }

        return order;
    }

    private DateHistogramSpec DateHistogram(JsonElement body, AggregationSpecs subs)
    {
        var options = Json.Object(body, "date_histogram").EnumerateObject()
            .ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal);
        string[] known = ["field", "fixed_interval", "calendar_interval", "time_zone", "offset", "min_doc_count",
            "extended_bounds", "format", "order", "keyed"];
        var unknown = options.Keys.FirstOrDefault(key => !known.Contains(key));
        if (unknown is not null)
        {
            throw QueryException.Parsing($"[date_histogram] unknown field [{unknown}]");
        }

        if (options.TryGetValue("keyed", out var keyed) && Json.Bool(keyed, "keyed"))
        {
            throw QueryException.Unsupported("[date_histogram] with [keyed]");
        }

        var zone = options.TryGetValue("time_zone", out var name) ? Zones.Parse(Json.Scalar(name, "time_zone"))
            : TimeZoneInfo.Utc;
        var field = Required(options.TryGetValue("field", out var f) ? Json.Scalar(f, "field") : null,
            "date_histogram");
        if (FieldTypes.Of(field) != FieldType.Date)
        {
            throw new QueryException("illegal_argument_exception",
                $"Field [{field}] is not of type [date], which [date_histogram] needs");
        }

        var format = options.TryGetValue("format", out var text) ? Json.Scalar(text, "format") : "";
        if (format is not ("" or "epoch_millis" or "strict_date_optional_time"))
        {
            throw QueryException.Unsupported($"[date_histogram] with format [{format}]");
        }

        return new DateHistogramSpec
        {
            Field = field,
            Rounding = RoundingOf(options, zone),
            Zone = zone,
            OffsetMs = options.TryGetValue("offset", out var offset) ? OffsetOf(Json.Scalar(offset, "offset")) : 0,
            MinDocCount = options.TryGetValue("min_doc_count", out var min) ? Json.Int(min, "min_doc_count") : 0,
            ExtendedBounds = options.TryGetValue("extended_bounds", out var bounds) ? Bounds(bounds, zone) : null,
            PrintsMilliseconds = format == "epoch_millis",
            Order = options.TryGetValue("order", out var order) ? Order(order, subs) : [("_key", true)],
            Subs = subs,
        };
    }

    private (long? Min, long? Max) Bounds(JsonElement bounds, TimeZoneInfo zone)
    {
        long? min = null, max = null;
        foreach (var property in Json.Object(bounds, "extended_bounds").EnumerateObject())
        {
            var value = DateMath.Parse(Json.Scalar(property.Value, "extended_bounds"), false, nowMs, zone, null);
            switch (property.Name)
            {
                case "min":
                    min = value;
                    break;
                case "max":
                    max = value;
                    break;
                default:
                    throw QueryException.Parsing($"[extended_bounds] unknown field [{property.Name}]");
            }
        }

        return min > max
            ? throw new QueryException("illegal_argument_exception",
                "[extended_bounds.min] must not be greater than [extended_bounds.max]")
            : (min, max);
    }

    private static Rounding RoundingOf(Dictionary<string, JsonElement> options, TimeZoneInfo zone)
    {
        var isFixed = options.TryGetValue("fixed_interval", out var value);
        var isCalendar = options.TryGetValue("calendar_interval", out var calendar);
        if (isFixed == isCalendar)
        {
            throw new QueryException("illegal_argument_exception",
                "[date_histogram] needs one of [fixed_interval] and [calendar_interval]");
        }

        if (isFixed)
        {
            var text = Json.Scalar(value, "fixed_interval");
            var interval = DurationOf(text);
            return interval > 0
                ? new FixedRounding(interval, zone)
                : throw new QueryException("illegal_argument_exception", $"[fixed_interval] [{text}] must be positive");
        }

        var unit = Json.Scalar(calendar, "calendar_interval");
        return new CalendarRounding(unit switch
        {
            "second" or "1s" => CalendarUnit.Second,
            "minute" or "1m" => CalendarUnit.Minute,
            "hour" or "1h" => CalendarUnit.Hour,
            "day" or "1d" => CalendarUnit.Day,
            "week" or "1w" => CalendarUnit.Week,
            "month" or "1M" => CalendarUnit.Month,
            "quarter" or "1q" => CalendarUnit.Quarter,
            "year" or "1y" => CalendarUnit.Year,
            _ => throw new QueryException("illegal_argument_exception",
                $"The supplied interval [{unit}] could not be parsed as a calendar interval."),
        }, zone);
    }

    private static long OffsetOf(string text) => text switch
    {
        ['-', .. var rest] => -DurationOf(rest),
        ['+', .. var rest] => DurationOf(rest),
        _ => DurationOf(text),
    };

    private static long DurationOf(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var unit = text[digits..] switch
        {
            "ms" => 1L,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => TimeText.MsPerDay,
            _ => 0,
        };
        return unit > 0 && long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count < long.MaxValue / unit
            ? count * unit
            : throw new QueryException("illegal_argument_exception",
                $"failed to parse interval [{text}]: a number and ms, s, m, h or d");
    }

    private static string Required(string? field, string where) =>
        field ?? throw QueryException.Parsing($"[{where}] required one of fields [field]");
}
