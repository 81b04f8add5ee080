namespace LogFlow.WebConsole;

/// <summary>Takes a query apart at its outermost ANDs.</summary>
internal static class QueryClauses
{
    /// <summary>The conditions that must all hold; the whole where an OR joins them.</summary>
    public static IReadOnlyList<string> Split(string query)
    {
        var words = Words(query);
        if (words.Exists(static word => word is "OR" or "||"))
        {
            return [query];
        }

        var clauses = new List<string>();
        var isNegated = false;
        foreach (var word in words)
        {
            if (word is "NOT" or "!")
            {
                isNegated = true;
            }
            else if (word is not ("AND" or "&&"))
            {
                clauses.Add(isNegated ? $"NOT {word}" : word);
                isNegated = false;
            }
        }

        return clauses;
    }

    /// <summary>Words at the outermost level; quotes and brackets hold together what they hold.</summary>
    private static List<string> Words(string query)
    {
        var words = new List<string>();
        var start = 0;
        var depth = 0;
        var isQuoted = false;
        for (var index = 0; index <= query.Length; index++)
        {
            var letter = index < query.Length ? query[index] : ' ';
            if (letter == '\\')
            {
                index++;
            }
            else if (letter == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && (letter is '(' or '[' or '{'))
            {
                depth++;
            }
            else if (!isQuoted && (letter is ')' or ']' or '}'))
            {
                depth--;
            }
            else if (index >= query.Length || (letter == ' ' && depth <= 0 && !isQuoted))
            {
                if (index > start)
                {
                    words.Add(query[start..Math.Min(index, query.Length)]);
                }

                start = index + 1;
            }
        }

        return words;
    }
}
