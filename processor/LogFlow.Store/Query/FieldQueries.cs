namespace LogFlow.Store;

/// <summary>Builds the condition that a query on a field means, by the field's type, as Elasticsearch does.</summary>
/// <param name="nowMs">The time that <c>now</c> stands for: one for the whole request.</param>
internal sealed class FieldQueries(long nowMs)
{
    private const int PhraseTokensMax = 62;

    public QueryNode Term(string field, string text, bool ignoreCase = false)
    {
        switch (field)
        {
            case "_id":
                return new IdsQuery([text]);
            case "_index":
                return new FieldQuery(FieldNames.Index, FieldType.Keyword, new TermPredicate(text));
            case "_seq_no":
                return ArrivalQuery.Parse(text, true, text, true);
        }

        var type = FieldTypes.Of(field);
        switch (type)
        {
            case FieldType.Date:
                return Range(field, text, true, text, true, null, null);
            case FieldType.Ip:
                return IpPredicate.Parse(text) is { } address
                    ? new FieldQuery(field, type, address)
                    : throw new QueryException("query_shard_exception",
                        $"failed to create query: '{text}' is not an IP string literal.");
            case FieldType.Text when ignoreCase:
                return new FieldQuery(field, type, new AnyTokenPredicate(new TermPredicate(text, ignoreCase)));
            case FieldType.Text:
                return new FieldQuery(field, type, new TokenPredicate(System.Text.Encoding.UTF8.GetBytes(text)));
            default:
                return new FieldQuery(field, type, new TermPredicate(text, ignoreCase));
        }
    }

    /// <summary>
    /// Any of the tokens of a text, or all, or a number of them; other fields are compared as a whole.
    /// </summary>
    public QueryNode Match(string field, string text, bool isAnd, Func<int, int>? minimumShouldMatch = null)
    {
        if (FieldTypes.Of(field) != FieldType.Text)
        {
            return Term(field, text);
        }

        var tokens = Analyze(text).Select(token => (QueryNode)new FieldQuery(
            field, FieldType.Text, new TokenPredicate(token))).ToList();
        if (tokens.Count == 0)
        {
            return MatchNoneQuery.Instance;
        }

        if (isAnd)
        {
            return BoolQuery.And(tokens);
        }

        var minimum = minimumShouldMatch?.Invoke(tokens.Count) ?? 1;
        return minimum > 1 ? new BoolQuery([], tokens, [], minimum) : BoolQuery.Or(tokens);
    }

    public QueryNode Phrase(string field, string text)
    {
        if (FieldTypes.Of(field) != FieldType.Text)
        {
            return Term(field, text);
        }

        var tokens = Analyze(text);
        return tokens.Length switch
        {
            0 => MatchNoneQuery.Instance,
            1 => new FieldQuery(field, FieldType.Text, new TokenPredicate(tokens[0])),
            > PhraseTokensMax => throw QueryException.Unsupported($"a phrase of more than {PhraseTokensMax} words"),
            _ => new FieldQuery(field, FieldType.Text, new PhrasePredicate(tokens)),
        };
    }

    public QueryNode Prefix(string field, string prefix, bool ignoreCase = false) =>
        OnTexts(field, WildcardPredicate.Prefix(prefix, ignoreCase));

    public QueryNode Wildcard(string field, string pattern, bool ignoreCase = false) =>
        field == "_index"
            ? new FieldQuery(FieldNames.Index, FieldType.Keyword, new WildcardPredicate(pattern, ignoreCase))
            : OnTexts(field, new WildcardPredicate(pattern, ignoreCase));

    public QueryNode Range(string field, string? low, bool includesLow, string? high, bool includesHigh,
        TimeZoneInfo? zone, string? format)
    {
        if (field == "_seq_no")
        {
            return ArrivalQuery.Parse(low, includesLow, high, includesHigh);
        }

        var type = FieldTypes.Of(field);
        switch (type)
        {
            case FieldType.Date:
                var from = low is null ? long.MinValue
                    : DateMath.Parse(low, roundUp: !includesLow, nowMs, zone ?? TimeZoneInfo.Utc, format)
                        + (includesLow ? 0 : 1);
                var to = high is null ? long.MaxValue
                    : DateMath.Parse(high, roundUp: includesHigh, nowMs, zone ?? TimeZoneInfo.Utc, format)
                        - (includesHigh ? 0 : 1);
                return new FieldQuery(field, type, new DateRangePredicate(from, to));
            case FieldType.Ip:
                return IpPredicate.Range(low, includesLow, high, includesHigh) is { } range
                    ? new FieldQuery(field, type, range)
                    : throw new QueryException("query_shard_exception",
                        $"failed to create query: '{low ?? high}' is not an IP string literal.");
            default:
                return OnTexts(field, new RangePredicate(low, includesLow, high, includesHigh));
        }
    }

    public static QueryNode Exists(string field) =>
        field is "_id" or "_index" or "_source" ? MatchAllQuery.Instance : new ExistsQuery(field);

    public static byte[][] Analyze(string text)
    {
        var result = new List<byte[]>();
        var tokens = new TokenReader(System.Text.Encoding.UTF8.GetBytes(text), TokenScratch.Get());
        while (tokens.MoveNext())
        {
            result.Add(tokens.Token.ToArray());
        }

        return [.. result];
    }

    private static FieldQuery OnTexts(string field, ValuePredicate predicate)
    {
        var type = FieldTypes.Of(field);
        return new FieldQuery(field, type, type == FieldType.Text ? new AnyTokenPredicate(predicate) : predicate);
    }
}
