namespace LogFlow.Store;

/// <summary>How an index expression is read.</summary>
/// <param name="Access">Who reads it: what that may not touch is left out, or refused where it is named.</param>
/// <param name="IgnoresMissing"><c>ignore_unavailable</c>: a name that is not there stands for nothing.</param>
/// <param name="AllowsNone"><c>allow_no_indices</c>: an expression may stand for nothing.</param>
/// <param name="Expands"><c>expand_wildcards</c>: patterns stand for the indices here, which are all open.</param>
internal readonly record struct IndexOptions(
    IndexAccess Access, bool IgnoresMissing, bool AllowsNone = true, bool Expands = true)
{
    /// <summary>Whether the values of <c>expand_wildcards</c> cover open indices.</summary>
    /// <exception cref="QueryException">One of them is none.</exception>
    public static bool ReadExpands(IEnumerable<string> values)
    {
        var expands = false;
        foreach (var value in values)
        {
            expands |= value switch
            {
                "open" or "all" => true,
                "closed" or "hidden" or "none" => false,
                _ => throw new QueryException(
                    "illegal_argument_exception", $"No valid expand wildcard value [{value}]"),
            };
        }

        return expands;
    }
}
