using System.Text.RegularExpressions;

namespace LogFlow.WebConsole;

/// <summary>Habits of other languages that mean something else here, with the query as it was meant.</summary>
internal static partial class QueryHint
{
    /// <summary>The query with upper-case operators and joined comparisons; null: there is nothing to mend.</summary>
    public static string? Find(string query)
    {
        var mended = Outside(query, static text => Comparison().Replace(
            Operator().Replace(text, static match => match.Value.ToUpperInvariant()), "$1:$2$3"));
        return mended == query ? null : mended;
    }

    /// <summary>What stands in quotes is meant as it is.</summary>
    private static string Outside(string query, Func<string, string> mend) =>
        Parts().Replace(query, match => match.Value[0] == '"' ? match.Value : mend(match.Value));

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"?|[^\"]+")]
    private static partial Regex Parts();

    [GeneratedRegex(@"(?<=^|[\s(])(and|or|not)(?=\s|$)")]
    private static partial Regex Operator();

    [GeneratedRegex(@"([A-Za-z_@][\w.@-]*)\s*(?<!:)(>=|<=|>|<)\s*([\w.:-]+)")]
    private static partial Regex Comparison();
}
