namespace LogFlow.Store;

/// <summary>Index expressions: names, comma lists, wildcards, exclusions, <c>_all</c>.</summary>
internal static class IndexResolver
{
    /// <summary>What the indices hold that an expression stands for.</summary>
    /// <exception cref="QueryException">As <see cref="Resolve"/>.</exception>
    public static SortedDictionary<string, BlockContents> ContentsOf(
        StoreEngine engine, SearchSnapshot snapshot, string? expression, IndexOptions options) => IndexContents.Of(
        snapshot, Resolve(expression, snapshot.Contents, options), engine.ReportCorrupt);

    /// <summary>The names an expression stands for; null: all, so that nothing needs to be filtered.</summary>
    /// <exception cref="QueryException">
    /// 404: a name that is not there, or a pattern of nothing where that is not allowed; 403: a name that the request
    /// may not touch, be it there or not.
    /// </exception>
    public static IReadOnlyCollection<string>? Resolve(
        string? expression, BlockContents contents, IndexOptions options)
    {
        if (expression is null or "" or "_all" or "*")
        {
            return !options.Expands ? [] : All(contents, options);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in expression.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.StartsWith('-') && names.Count > 0)
            {
                names.RemoveWhere(name => SimplePattern.Matches(part[1..], name));
            }
            else if (part.Contains('*') || part == "_all")
            {
                var pattern = part == "_all" ? "*" : part;
                var found = contents.Indices.Keys
                    .Where(name => options.Expands && SimplePattern.Matches(pattern, name)
                        && options.Access.May(name)).ToList();
                names.UnionWith(found);
                if (found.Count == 0 && !options.AllowsNone)
                {
                    throw NotFound(part);
                }
            }
            else if (!options.Access.May(part))
            {
                if (!options.IgnoresMissing)
                {
                    throw options.Access.Forbidden(part);
                }
            }
            else if (contents.Indices.ContainsKey(part))
            {
                names.Add(part);
            }
            else if (!options.IgnoresMissing)
            {
                throw NotFound(part);
            }
        }

        return names;
    }

    private static HashSet<string>? All(BlockContents contents, IndexOptions options)
    {
        if (options.Access.IsUnlimited)
        {
            return options.AllowsNone || contents.Indices.Count > 0 ? null : throw NotFound("_all");
        }

        var names = contents.Indices.Keys.Where(options.Access.May).ToHashSet(StringComparer.Ordinal);
        return options.AllowsNone || names.Count > 0 ? names : throw NotFound("_all");
    }

    public static QueryException NotFound(string name) =>
        new("index_not_found_exception", $"no such index [{name}]", 404);

    /// <summary>The query, limited to the indices of an expression.</summary>
    public static QueryNode Limit(QueryNode query, IReadOnlyCollection<string>? indices) => indices switch
    {
        null => query,
        { Count: 0 } => MatchNoneQuery.Instance,
        _ => BoolQuery.And([query, new IndexQuery(indices)]),
    };
}
