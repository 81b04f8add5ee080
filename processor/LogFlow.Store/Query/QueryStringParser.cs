using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Lucene's classic query syntax, as Elasticsearch's <c>query_string</c> reads it: words, phrases, <c>field:value</c>,
/// <c>field:(a b)</c>, ranges, <c>field:&gt;=1</c>, wildcards, AND OR NOT + -, <c>_exists_:field</c>. Operators join
/// clauses as Lucene does (AND makes its neighbours required; there is no precedence). Boosts are read and ignored.
/// </summary>
internal sealed class QueryStringParser(
    string text, FieldQueries fields, string[] defaultFields, bool defaultIsAnd, TimeZoneInfo? zone)
{
    /// <summary>Matches <c>index.query.default_field</c> of component-logflow-settings.json.</summary>
    public static readonly string[] DefaultFields = ["message", "error.message"];

    private const int DepthMax = 64;

    /// <summary>Words, operators and parentheses together. Elasticsearch's limit of clauses grows with its heap.</summary>
    private const int TokenCountMax = 16_384;

    private readonly List<QueryStringToken> _tokens = QueryStringLexer.Read(text);
    private int _at;
    private int _depth;

    private enum Occur
    {
        Should,
        Must,
        MustNot,
    }

    private QueryStringToken Current => _tokens[_at];

    public QueryNode Parse()
    {
        if (_tokens.Count > TokenCountMax)
        {
            throw new QueryException("query_shard_exception",
                $"Failed to parse query: it has more than {TokenCountMax} words and operators (maxClauseCount)");
        }

        if (Current.Kind == QueryTokenKind.End)
        {
            return MatchNoneQuery.Instance;
        }

        var node = Clauses(null);
        return Current.Kind == QueryTokenKind.End
            ? node ?? MatchNoneQuery.Instance
            : throw Unexpected();
    }

    public static QueryException Error(string text, int position, string problem) => new(
        "query_shard_exception",
        $"Failed to parse query [{text}]: {problem} at column {position + 1}\n{text}\n{new string(' ', position)}^");

    private QueryNode? Clauses(string? field)
    {
        if (++_depth > DepthMax)
        {
            throw Error(text, Current.Position, $"parentheses are nested deeper than {DepthMax}");
        }

        var clauses = new List<(Occur Occur, QueryNode Node)>();
        while (Current.Kind is not (QueryTokenKind.End or QueryTokenKind.Close))
        {
            var words = WordsTogether();
            if (words > 1)
            {
                var joined = string.Join(' ', Enumerable.Range(_at, words).Select(i => Unescape(_tokens[i].Text)));
                _at += words;
                Add(clauses, null, null, OnFields(field, name => fields.Match(name, joined, defaultIsAnd)));
                continue;
            }

            var conjunction = clauses.Count > 0 || _at > 0 ? TakeIf(QueryTokenKind.And, QueryTokenKind.Or) : null;
            var modifier = TakeIf(QueryTokenKind.Plus, QueryTokenKind.Minus, QueryTokenKind.Not);
            Add(clauses, conjunction, modifier, Clause(field));
        }

        _depth--;
        return Join(clauses);
    }

    /// <summary>
    /// How many plain words stand together: Lucene analyzes them as one text. That matters where all are required and
    /// several fields are searched, and on keyword fields, of which <c>field:(a b)</c> means the one value "a b".
    /// </summary>
    private int WordsTogether()
    {
        if (Current.Kind != QueryTokenKind.Term)
        {
            return 0;
        }

        var count = 1;
        while (_tokens[_at + count].Kind == QueryTokenKind.Term && _tokens[_at + count + 1].Kind
            is not (QueryTokenKind.Colon or QueryTokenKind.Star or QueryTokenKind.Fuzzy or QueryTokenKind.Caret
                or QueryTokenKind.And or QueryTokenKind.Or))
        {
            count++;
        }

        return count > 1 && _tokens[_at + 1].Kind == QueryTokenKind.Term ? count : 0;
    }

    /// <summary>Lucene's QueryParserBase.addClause.</summary>
    private void Add(List<(Occur Occur, QueryNode Node)> clauses, QueryTokenKind? conjunction, QueryTokenKind? modifier,
        QueryNode? node)
    {
        if (clauses.Count > 0 && clauses[^1].Occur != Occur.MustNot)
        {
            if (conjunction == QueryTokenKind.And)
            {
                clauses[^1] = (Occur.Must, clauses[^1].Node);
            }
            else if (defaultIsAnd && conjunction == QueryTokenKind.Or)
            {
                clauses[^1] = (Occur.Should, clauses[^1].Node);
            }
        }

        if (node is null)
        {
            return;
        }

        var isRequired = defaultIsAnd
            ? conjunction != QueryTokenKind.Or
            : modifier == QueryTokenKind.Plus || conjunction == QueryTokenKind.And;
        var isProhibited = modifier is QueryTokenKind.Minus or QueryTokenKind.Not;
        clauses.Add((isProhibited ? Occur.MustNot : isRequired ? Occur.Must : Occur.Should, node));
    }

    private static QueryNode? Join(List<(Occur Occur, QueryNode Node)> clauses)
    {
        if (clauses.Count == 0)
        {
            return null;
        }

        if (clauses.Count == 1 && clauses[0].Occur != Occur.MustNot)
        {
            return clauses[0].Node;
        }

        List<QueryNode> Of(Occur occur) => [.. clauses.Where(c => c.Occur == occur).Select(c => c.Node)];
        var must = Of(Occur.Must);
        var should = Of(Occur.Should);
        return new BoolQuery(must, should, Of(Occur.MustNot), must.Count == 0 && should.Count > 0 ? 1 : 0);
    }

    private QueryNode? Clause(string? field)
    {
        var isField = (Current.Kind is QueryTokenKind.Term or QueryTokenKind.Star or QueryTokenKind.Wildcard)
            && _tokens[_at + 1].Kind == QueryTokenKind.Colon;
        if (isField)
        {
            if (Current.Kind == QueryTokenKind.Wildcard)
            {
                throw QueryException.Unsupported($"the field pattern [{Current.Text}] in a query string");
            }

            field = Unescape(Current.Text);
            _at += 2;
        }

        var node = Value(field);
        while (Current.Kind is QueryTokenKind.Caret)
        {
            _at++;
        }

        return node;
    }

    private QueryNode? Value(string? field)
    {
        var token = Current;
        if (token.Kind == QueryTokenKind.End)
        {
            throw Unexpected();
        }

        _at++;
        if (Current.Kind == QueryTokenKind.Fuzzy)
        {
            throw QueryException.Unsupported($"the fuzzy or proximity search [{token.Text}{Current.Text}]");
        }

        switch (token.Kind)
        {
            case QueryTokenKind.Open:
                var inner = Clauses(field);
                if (Current.Kind != QueryTokenKind.Close)
                {
                    throw Error(text, token.Position, "the parenthesis is not closed");
                }

                _at++;
                return inner;
            case QueryTokenKind.Quoted:
                var phrase = Unescape(token.Text[1..^1]);
                return field == "_exists_"
                    ? FieldQueries.Exists(phrase)
                    : OnFields(field, name => fields.Phrase(name, phrase));
            case QueryTokenKind.Star:
                return Star(field);
            case QueryTokenKind.Wildcard:
                return OnFields(field, name => Wildcard(name, token.Text));
            case QueryTokenKind.RangeOpen:
                return Range(field, token);
            case QueryTokenKind.Regex:
                throw QueryException.Unsupported($"the regular expression [{token.Text}]");
            case QueryTokenKind.Term:
                return Term(field, token.Text);
            default:
                _at--;
                throw Unexpected();
        }
    }

    /// <summary>
    /// <c>*:*</c> is everything, <c>field:*</c> what has the field, <c>*</c> what has a default field.
    /// </summary>
    private QueryNode Star(string? field) => field is "*" or "_exists_"
        ? MatchAllQuery.Instance
        : OnFields(field, FieldQueries.Exists);

    private QueryNode? Term(string? field, string raw)
    {
        if (field == "_exists_")
        {
            return FieldQueries.Exists(Unescape(raw));
        }

        if (field is not null && (raw[0] is '<' or '>') && raw.Length > 1)
        {
            var includes = raw[1] == '=' && raw.Length > 2;
            var bound = Unescape(raw[(includes ? 2 : 1)..]);
            return raw[0] == '>'
                ? fields.Range(field, bound, includes, null, true, zone, null)
                : fields.Range(field, null, true, bound, includes, zone, null);
        }

        var word = Unescape(raw);
        return OnFields(field, name => fields.Match(name, word, defaultIsAnd));
    }

    private QueryNode Wildcard(string field, string pattern)
    {
        // The pattern goes through the field's normalizer: lower case where the field is analyzed.
        return fields.Wildcard(field, FieldTypes.Of(field) == FieldType.Text ? pattern.ToLowerInvariant() : pattern);
    }

    private QueryNode Range(string? field, QueryStringToken open)
    {
        var low = Bound();
        if (Current is not { Kind: QueryTokenKind.Term, Text: "TO" })
        {
            throw Error(text, Current.Position, "a range is written [low TO high]");
        }

        _at++;
        var high = Bound();
        if (Current.Kind != QueryTokenKind.RangeClose)
        {
            throw Error(text, open.Position, "the range is not closed");
        }

        var includesHigh = Current.Text == "]";
        _at++;
        return OnFields(field, name =>
            fields.Range(name, low, open.Text == "[", high, includesHigh, zone, null));
    }

    private string? Bound()
    {
        // Inside of a range signs, slashes and colons belong to the bound (now-1d/d, 12:00:00).
        var builder = new StringBuilder();
        var end = -1;
        while (Current.Kind is not (QueryTokenKind.End or QueryTokenKind.RangeClose)
            && (end < 0 || Current.Position == end))
        {
            var token = Current;
            builder.Append(token.Kind == QueryTokenKind.Quoted ? Unescape(token.Text[1..^1]) : Unescape(token.Text));
            end = token.Position + token.Text.Length;
            _at++;
        }

        var bound = builder.ToString();
        return bound is "*" or "" ? null : bound;
    }

    private QueryNode OnFields(string? field, Func<string, QueryNode> build) =>
        field is not null ? build(field) : BoolQuery.Or([.. defaultFields.Select(build)]);

    private QueryTokenKind? TakeIf(params ReadOnlySpan<QueryTokenKind> kinds)
    {
        if (!kinds.Contains(Current.Kind))
        {
            return null;
        }

        return _tokens[_at++].Kind;
    }

    private QueryException Unexpected() => Current.Kind == QueryTokenKind.End
        ? Error(text, Current.Position, "the query ends too early")
        : Error(text, Current.Position, $"[{Current.Text}] is unexpected");

    private static string Unescape(string word)
    {
        if (!word.Contains('\\'))
        {
            return word;
        }

        var result = new StringBuilder(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] == '\\' && i + 1 < word.Length)
            {
                i++;
            }

            result.Append(word[i]);
        }

        return result.ToString();
    }
}
