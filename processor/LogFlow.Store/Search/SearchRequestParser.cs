using System.Globalization;
using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Reads a search body and its URL parameters; what is not supported is refused by name.</summary>
/// <param name="nowMs">The time that <c>now</c> stands for.</param>
/// <param name="isMapped">Whether an index that is searched has the field.</param>
internal sealed class SearchRequestParser(long nowMs, Func<string, bool> isMapped)
{
    /// <summary>Matches Elasticsearch <c>index.max_result_window</c>.</summary>
    private const int ResultWindowMax = 10_000;

    private readonly FieldQueries _fields = new(nowMs);

    /// <summary>Body keys that change nothing here, with the values that are allowed.</summary>
    private static readonly HashSet<string> Empties = ["script_fields", "runtime_mappings", "stored_fields", "ext"];

    private static readonly HashSet<string> Falses =
        ["explain", "profile", "version", "seq_no_primary_term", "track_scores"];

    public SearchRequest Parse(JsonElement? body, SearchParameters url)
    {
        var queries = new QueryParser(_fields);
        var query = url.Query is null
            ? MatchAllQuery.Instance
            : new QueryStringParser(
                url.Query, _fields, url.DefaultField is null ? QueryStringParser.DefaultFields : [url.DefaultField],
                url.IsAnd, null).Parse();
        int from = url.From ?? 0, size = url.Size ?? 10;
        IReadOnlyList<SortField>? sort = url.Sort is null ? null : [.. url.Sort.Split(',').Select(UrlSort)];
        JsonElement? after = null;
        var source = url.Source ?? SourceFilter.All;
        var total = url.TrackTotalHits ?? SearchRequest.TotalHitsDefault;
        var aggregations = AggregationSpecs.Empty;
        var fields = new List<FieldFetch>();
        var highlight = HighlightSpec.None;
        TimeSpan? timeout = null;
        foreach (var property in Properties(body))
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "query":
                    query = BoolQuery.And(url.Query is null ? [queries.Parse(value)] : [query, queries.Parse(value)]);
                    break;
                case "from":
                    from = url.From ?? Json.Int(value, "from");
                    break;
                case "size":
                    size = url.Size ?? Json.Int(value, "size");
                    break;
                case "sort":
                    sort ??= ParseSort(value);
                    break;
                case "search_after":
                    after = value;
                    break;
                case "_source":
                    source = url.Source ?? ParseSource(value);
                    break;
                case "track_total_hits":
                    total = url.TrackTotalHits ?? ParseTotal(value);
                    break;
                case "aggs" or "aggregations":
                    aggregations = new AggregationParser(queries, nowMs).Parse(value);
                    break;
                case "fields" or "docvalue_fields":
                    fields.AddRange(Json.Many(value).Select(ParseField));
                    break;
                case "highlight":
                    highlight = HighlightParser.Parse(value);
                    break;
                case "timeout":
                    timeout = ParseTimeout(Json.Scalar(value, "timeout"));
                    break;
                default:
                    CheckIgnorable(property);
                    break;
            }
        }

        return Build(query, from, size, sort, after, source, total, aggregations, fields, highlight, timeout);
    }

    public QueryNode ParseCount(JsonElement? body, SearchParameters url)
    {
        var request = Parse(body, url);
        foreach (var property in Properties(body))
        {
            if (property.Name != "query")
            {
                throw QueryException.Parsing($"request does not support [{property.Name}]");
            }
        }

        return request.Query;
    }

    public static SourceFilter ParseSource(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return value.GetBoolean() ? SourceFilter.All : SourceFilter.None;
            case JsonValueKind.Object:
                string[] includes = [], excludes = [];
                foreach (var property in value.EnumerateObject())
                {
                    switch (property.Name)
                    {
                        case "includes" or "include":
                            includes = Json.Strings(property.Value, "_source");
                            break;
                        case "excludes" or "exclude":
                            excludes = Json.Strings(property.Value, "_source");
                            break;
                        default:
                            throw QueryException.Parsing($"Unknown key [{property.Name}] in [_source]");
                    }
                }

                return new SourceFilter(true, includes, excludes);
            default:
                return new SourceFilter(true, Json.Strings(value, "_source"), []);
        }
    }

    private static JsonElement.ObjectEnumerator Properties(JsonElement? body) =>
        body is { } json ? Json.Object(json, "search").EnumerateObject() : default;

    private static SearchRequest Build(QueryNode query, int from, int size, IReadOnlyList<SortField>? sort,
        JsonElement? after, SourceFilter source, long total, AggregationSpecs aggregations, List<FieldFetch> fields,
        IReadOnlyList<HighlightSpec> highlight, TimeSpan? timeout)
    {
        if (from < 0 || size < 0)
        {
            throw new QueryException("illegal_argument_exception",
                $"[from] and [size] must not be negative, but were [{from}] and [{size}]");
        }

        if ((long)from + size > ResultWindowMax)
        {
            throw new QueryException("illegal_argument_exception",
                $"Result window is too large, from + size must be less than or equal to: [{ResultWindowMax}] but was "
                + $"[{(long)from + size}]. Use search_after to page deeper.");
        }

        var effective = sort is { Count: > 0 } ? sort : [new SortField(FieldNames.Timestamp, true, false)];
        return new SearchRequest
        {
            Query = query,
            From = from,
            Size = size,
            Sort = effective,
            IsDefaultSort = sort is not { Count: > 0 },
            SearchAfter = after is { } values ? ParseAfter(values, effective, sort is { Count: > 0 }, from) : null,
            Source = source,
            TotalHitsMax = total,
            Aggregations = aggregations,
            Fields = fields,
            Highlight = highlight,
            Timeout = timeout,
        };
    }

    private static SortValue[] ParseAfter(JsonElement values, IReadOnlyList<SortField> sort, bool isSorted, int from)
    {
        if (!isSorted || from > 0)
        {
            throw new QueryException("illegal_argument_exception", from > 0
                ? "`from` parameter must be set to 0 when `search_after` is used"
                : "Sort must contain at least one field for [search_after]");
        }

        var parsed = Json.Many(values).ToList();
        return parsed.Count == sort.Count
            ? [.. parsed.Select((value, i) => SortValue.Parse(value, sort[i]))]
            : throw new QueryException("illegal_argument_exception",
                $"search_after has {parsed.Count} value(s) but sort has {sort.Count}.");
    }

    /// <summary>An array, a single key, or (Grafana) one map of several keys.</summary>
    private List<SortField> ParseSort(JsonElement value)
    {
        var sort = new List<SortField>();
        foreach (var item in Json.Many(value))
        {
            if (item.ValueKind == JsonValueKind.String)
            {
                sort.Add(Make(item.GetString()!, null, "_last", isUnmappedAllowed: false));
                continue;
            }

            foreach (var property in Json.Object(item, "sort").EnumerateObject())
            {
                sort.Add(ParseSortKey(property));
            }
        }

        return sort;
    }

    private SortField ParseSortKey(JsonProperty property)
    {
        if (property.Value.ValueKind == JsonValueKind.String)
        {
            return Make(property.Name, property.Value.GetString(), "_last", isUnmappedAllowed: false);
        }

        string? order = null;
        var missing = "_last";
        var isUnmappedAllowed = false;
        foreach (var option in Json.Object(property.Value, "sort").EnumerateObject())
        {
            switch (option.Name)
            {
                case "order":
                    order = Json.Scalar(option.Value, "order");
                    break;
                case "missing":
                    missing = Json.Scalar(option.Value, "missing");
                    break;
                case "unmapped_type":
                    isUnmappedAllowed = true;
                    break;
                case "format" when option.Value.ValueEquals("epoch_millis"):
                    break;
                default:
                    throw QueryException.Unsupported($"[sort] with [{option.Name}]");
            }
        }

        return Make(property.Name, order, missing, isUnmappedAllowed);
    }

    private SortField UrlSort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon < 0
            ? Make(text, null, "_last", isUnmappedAllowed: false)
            : Make(text[..colon], text[(colon + 1)..], "_last", isUnmappedAllowed: false);
    }

    private SortField Make(string field, string? order, string missing, bool isUnmappedAllowed)
    {
        if (field == "_score")
        {
            throw QueryException.Unsupported("sorting by [_score] (the store does not score)");
        }

        if (FieldTypes.Of(field) == FieldType.Text)
        {
            throw new QueryException("illegal_argument_exception",
                $"Text fields are not optimised for operations that require per-document field data like aggregations "
                + $"and sorting: [{field}]");
        }

        if (missing is not ("_last" or "_first"))
        {
            throw QueryException.Unsupported($"[sort] with [missing] [{missing}]");
        }

        var result = new SortField(field, order?.ToLowerInvariant() switch
        {
            "desc" => true,
            "asc" or null => false,
            _ => throw QueryException.Parsing($"[sort] order [{order}] is not [asc] or [desc]"),
        }, missing == "_first");
        if (!result.IsArrival && !result.IsDate && !isUnmappedAllowed && field != "_index"
            && !isMapped(field))
        {
            throw new QueryException("query_shard_exception", $"No mapping found for [{field}] in order to sort on");
        }

        return result;
    }

    private static long ParseTotal(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => long.MaxValue,
        JsonValueKind.False => -1,
        _ => Math.Max(0, Json.Int(value, "track_total_hits")),
    };

    private static FieldFetch ParseField(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return new FieldFetch(value.GetString()!, null);
        }

        string? name = null, format = null;
        foreach (var property in Json.Object(value, "fields").EnumerateObject())
        {
            switch (property.Name)
            {
                case "field":
                    name = Json.Scalar(property.Value, "field");
                    break;
                case "format":
                    format = Json.Scalar(property.Value, "format");
                    break;
                default:
                    throw QueryException.Unsupported($"[fields] with [{property.Name}]");
            }
        }

        if (format is not (null or "epoch_millis" or "strict_date_optional_time" or "strict_date_optional_time_nanos"
            or "date_time"))
        {
            throw QueryException.Unsupported($"[fields] with the format [{format}]");
        }

        return new FieldFetch(name ?? throw QueryException.Parsing("[fields] requires [field]"), format);
    }

    private static TimeSpan ParseTimeout(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > 86_400_000)
        {
            throw QueryException.Parsing($"failed to parse setting [timeout] with value [{text}]");
        }

        return text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(count),
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            _ => throw QueryException.Parsing($"failed to parse setting [timeout] with value [{text}]"),
        };
    }

    private static void CheckIgnorable(JsonProperty property)
    {
        var isEmpty = property.Value.ValueKind switch
        {
            JsonValueKind.Object => !property.Value.EnumerateObject().Any(),
            JsonValueKind.Array => property.Value.GetArrayLength() == 0
                || (property.Name == "stored_fields" && property.Value.GetArrayLength() == 1
                    && property.Value[0].ValueEquals("*")),
            _ => false,
        };
        var isFalse = property.Value.ValueKind == JsonValueKind.False;
        if ((Empties.Contains(property.Name) && isEmpty) || (Falses.Contains(property.Name) && isFalse))
        {
            return;
        }

        throw QueryException.Parsing($"unsupported or unknown key [{property.Name}] in a search");
    }
}
