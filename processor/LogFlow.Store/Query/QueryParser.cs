using System.Globalization;
using System.Text.Json;

namespace LogFlow.Store;

/// <summary>
/// Reads Elasticsearch's query DSL. Parameters that only affect scores (boost) are read and have no effect, because
/// the store does not score; anything else it does not know is refused by name.
/// </summary>
internal sealed class QueryParser(FieldQueries fields)
{
    private const int DepthMax = 64;

    private int _depth;

    public QueryNode Parse(JsonElement query)
    {
        if (++_depth > DepthMax)
        {
            throw QueryException.Parsing($"the query is nested deeper than {DepthMax}");
        }

        var (name, body) = (Json.Single(query, "query").Name, Json.Single(query, "query").Value);
        var node = name switch
        {
            "match_all" => Check(body, name, MatchAllQuery.Instance),
            "match_none" => Check(body, name, MatchNoneQuery.Instance),
            "bool" => Bool(body),
            "term" => Term(body),
            "terms" => Terms(body),
            "match" => Match(body),
            "match_phrase" => MatchPhrase(body),
            "multi_match" => MultiMatch(body),
            "query_string" => QueryString(body),
            "range" => Range(body),
            "exists" => Exists(body),
            "prefix" => Prefix(body),
            "wildcard" => Wildcard(body),
            "ids" => Ids(body),
            "constant_score" => ConstantScore(body),
            _ => throw QueryException.Parsing($"unknown query [{name}]"),
        };
        _depth--;
        return node;
    }

    /// <summary>An integer, or a percentage, of so many optional clauses; as Elasticsearch computes it.</summary>
    public static Func<int, int> MinimumShouldMatch(string text)
    {
        var isPercent = text.EndsWith('%');
        if (!int.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var value))
        {
            throw QueryException.Unsupported($"minimum_should_match [{text}]");
        }

        return count =>
        {
            var part = isPercent ? (int)(count * (Math.Abs(value) / 100.0)) : Math.Abs(value);
            return Math.Max(0, value < 0 ? count - part : part);
        };
    }

    private static QueryNode Check(JsonElement body, string name, QueryNode node)
    {
        foreach (var property in Json.Object(body, name).EnumerateObject())
        {
            if (property.Name is not ("boost" or "_name"))
            {
                throw Json.Unknown(name, property.Name);
            }
        }

        return node;
    }

    private BoolQuery Bool(JsonElement body)
    {
        var must = new List<QueryNode>();
        var should = new List<QueryNode>();
        var mustNot = new List<QueryNode>();
        Func<int, int>? minimum = null;
        foreach (var property in Json.Object(body, "bool").EnumerateObject())
        {
            switch (property.Name)
            {
                case "must" or "filter":
                    must.AddRange(Json.Many(property.Value).Select(Parse));
                    break;
                case "should":
                    should.AddRange(Json.Many(property.Value).Select(Parse));
                    break;
                case "must_not":
                    mustNot.AddRange(Json.Many(property.Value).Select(Parse));
                    break;
                case "minimum_should_match":
                    minimum = MinimumShouldMatch(Json.Scalar(property.Value, "minimum_should_match"));
                    break;
                case "boost" or "_name" or "adjust_pure_negative":
                    break;
                default:
                    throw Json.Unknown("bool", property.Name);
            }
        }

        var implied = should.Count > 0 && must.Count == 0 ? 1 : 0;
        var asked = minimum?.Invoke(should.Count) ?? 0;
        return new BoolQuery(must, should, mustNot, asked > 0 ? asked : implied);
    }

    private QueryNode Term(JsonElement body)
    {
        var (field, value) = Field(body, "term");
        var ignoreCase = false;
        if (value.ValueKind == JsonValueKind.Object)
        {
            var options = Options(value, "term", "value", "case_insensitive");
            ignoreCase = options.TryGetValue("case_insensitive", out var flag) && Json.Bool(flag, "case_insensitive");
            value = Required(options, "term", "value");
        }

        return fields.Term(field, Json.Scalar(value, "term"), ignoreCase);
    }

    private QueryNode Terms(JsonElement body)
    {
        var nodes = new List<QueryNode>();
        var found = false;
        foreach (var property in Json.Object(body, "terms").EnumerateObject())
        {
            if (property.Name is "boost" or "_name")
            {
                continue;
            }

            if (found || property.Value.ValueKind != JsonValueKind.Array)
            {
                throw QueryException.Parsing($"[terms] query expects one field with an array of values, at "
                    + $"[{property.Name}]");
            }

            found = true;
            nodes.AddRange(property.Value.EnumerateArray()
                .Select(value => fields.Term(property.Name, Json.Scalar(value, "terms"))));
        }

        return found ? BoolQuery.Or(nodes) : throw QueryException.Parsing("[terms] query requires a field name");
    }

    private QueryNode Match(JsonElement body)
    {
        var (field, value) = Field(body, "match");
        var isAnd = false;
        Func<int, int>? minimum = null;
        if (value.ValueKind == JsonValueKind.Object)
        {
            var options = Options(value, "match", "query", "operator", "minimum_should_match", "lenient",
                "auto_generate_synonyms_phrase_query");
            isAnd = options.TryGetValue("operator", out var op) && IsAnd(op);
            minimum = options.TryGetValue("minimum_should_match", out var text)
                ? MinimumShouldMatch(Json.Scalar(text, "minimum_should_match"))
                : null;
            value = Required(options, "match", "query");
        }

        return fields.Match(field, Json.Scalar(value, "match"), isAnd, minimum);
    }

    private QueryNode MatchPhrase(JsonElement body)
    {
        var (field, value) = Field(body, "match_phrase");
        if (value.ValueKind == JsonValueKind.Object)
        {
            var options = Options(value, "match_phrase", "query", "slop");
            if (options.TryGetValue("slop", out var slop) && Json.Int(slop, "slop") != 0)
            {
                throw QueryException.Unsupported("[match_phrase] with [slop]");
            }

            value = Required(options, "match_phrase", "query");
        }

        return fields.Phrase(field, Json.Scalar(value, "match_phrase"));
    }

    private QueryNode MultiMatch(JsonElement body)
    {
        var options = Options(body, "multi_match", "query", "fields", "type", "operator", "lenient", "tie_breaker");
        var text = Json.Scalar(Required(options, "multi_match", "query"), "multi_match");
        var type = options.TryGetValue("type", out var kind) ? Json.Scalar(kind, "type") : "best_fields";
        if (type is not ("best_fields" or "most_fields" or "phrase"))
        {
            throw QueryException.Unsupported($"[multi_match] of type [{type}]");
        }

        var isAnd = options.TryGetValue("operator", out var op) && IsAnd(op);
        var names = options.TryGetValue("fields", out var list)
            ? Json.Strings(list, "fields").Select(PlainField).ToArray()
            : QueryStringParser.DefaultFields;
        return BoolQuery.Or([.. names.Select(field =>
            type == "phrase" ? fields.Phrase(field, text) : fields.Match(field, text, isAnd))]);
    }

    private QueryNode QueryString(JsonElement body)
    {
        var options = Options(body, "query_string", "query", "default_field", "fields", "default_operator",
            "analyze_wildcard", "lenient", "allow_leading_wildcard", "time_zone", "type", "tie_breaker", "escape");
        if (options.TryGetValue("escape", out var escape) && Json.Bool(escape, "escape"))
        {
            throw QueryException.Unsupported("[query_string] with [escape]");
        }

        if (options.TryGetValue("type", out var type) && !type.ValueEquals("best_fields")
            && !type.ValueEquals("phrase"))
        {
            throw QueryException.Unsupported($"[query_string] of type [{type}]");
        }

        var names = options.TryGetValue("fields", out var list) ? [.. Json.Strings(list, "fields").Select(PlainField)]
            : options.TryGetValue("default_field", out var one) && !one.ValueEquals("*")
                ? new[] { PlainField(Json.Scalar(one, "default_field")) }
                : QueryStringParser.DefaultFields;
        var isAnd = options.TryGetValue("default_operator", out var op) && IsAnd(op);
        var zone = options.TryGetValue("time_zone", out var name) ? Zones.Parse(Json.Scalar(name, "time_zone")) : null;
        var text = Json.Scalar(Required(options, "query_string", "query"), "query");
        return new QueryStringParser(text, fields, names, isAnd, zone).Parse();
    }

    private QueryNode Range(JsonElement body)
    {
        var (field, value) = Field(body, "range");
        string? low = null, high = null;
        bool includesLow = true, includesHigh = true;
        TimeZoneInfo? zone = null;
        string? format = null;
        foreach (var property in Json.Object(value, "range").EnumerateObject())
        {
            var isNull = property.Value.ValueKind == JsonValueKind.Null;
            switch (property.Name)
            {
                case "gte" or "gt" or "from":
                    (low, includesLow) = (isNull ? null : Json.Scalar(property.Value, "range"), property.Name != "gt");
                    break;
                case "lte" or "lt" or "to":
                    (high, includesHigh) = (isNull ? null : Json.Scalar(property.Value, "range"),
                        property.Name != "lt");
                    break;
                case "format":
                    format = Json.Scalar(property.Value, "format");
                    break;
                case "time_zone":
                    zone = Zones.Parse(Json.Scalar(property.Value, "time_zone"));
                    break;
                case "boost" or "_name":
                    break;
                default:
                    throw Json.Unknown("range", property.Name);
            }
        }

        return fields.Range(field, low, includesLow, high, includesHigh, zone, format);
    }

    private static QueryNode Exists(JsonElement body)
    {
        var options = Options(body, "exists", "field");
        return FieldQueries.Exists(Json.Scalar(Required(options, "exists", "field"), "field"));
    }

    private QueryNode Prefix(JsonElement body)
    {
        var (field, text, ignoreCase) = Pattern(body, "prefix", "value");
        return fields.Prefix(field, text, ignoreCase);
    }

    private QueryNode Wildcard(JsonElement body)
    {
        var (field, text, ignoreCase) = Pattern(body, "wildcard", "value", "wildcard");
        return fields.Wildcard(field, text, ignoreCase);
    }

    private static IdsQuery Ids(JsonElement body)
    {
        var options = Options(body, "ids", "values");
        return new IdsQuery(Json.Strings(Required(options, "ids", "values"), "values"));
    }

    private QueryNode ConstantScore(JsonElement body)
    {
        var options = Options(body, "constant_score", "filter");
        return Parse(Required(options, "constant_score", "filter"));
    }

    private static (string Field, string Text, bool IgnoreCase) Pattern(
        JsonElement body, string query, params string[] names)
    {
        var (field, value) = Field(body, query);
        if (value.ValueKind != JsonValueKind.Object)
        {
            return (field, Json.Scalar(value, query), false);
        }

        var options = Options(value, query, [.. names, "case_insensitive", "rewrite"]);
        var text = names.Where(options.ContainsKey).Select(name => options[name]).FirstOrDefault();
        var ignoreCase = options.TryGetValue("case_insensitive", out var flag) && Json.Bool(flag, "case_insensitive");
        return text.ValueKind == JsonValueKind.Undefined
            ? throw QueryException.Parsing($"[{query}] requires [{names[0]}]")
            : (field, Json.Scalar(text, query), ignoreCase);
    }

    private static (string Field, JsonElement Value) Field(JsonElement body, string query)
    {
        var property = Json.Single(body, query);
        return (property.Name, property.Value);
    }

    private static Dictionary<string, JsonElement> Options(JsonElement body, string query, params string[] known)
    {
        var options = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in Json.Object(body, query).EnumerateObject())
        {
            if (property.Name is "boost" or "_name")
            {
                continue;
            }

            if (!known.Contains(property.Name))
            {
                throw Json.Unknown(query, property.Name);
            }

            options[property.Name] = property.Value;
        }

        return options;
    }

    private static JsonElement Required(Dictionary<string, JsonElement> options, string query, string name) =>
        options.TryGetValue(name, out var value)
            ? value
            : throw QueryException.Parsing($"[{query}] requires [{name}]");

    private static bool IsAnd(JsonElement op) => Json.Scalar(op, "operator").ToUpperInvariant() switch
    {
        "AND" => true,
        "OR" => false,
        var other => throw QueryException.Parsing($"[{other}] is no operator: use [and] or [or]"),
    };

    /// <summary>A field name without its boost (<c>message^2</c>).</summary>
    private static string PlainField(string name)
    {
        var caret = name.IndexOf('^');
        name = caret < 0 ? name : name[..caret];
        return name.Contains('*') ? throw QueryException.Unsupported($"the field pattern [{name}]") : name;
    }
}
