namespace LogFlow.Store;

/// <summary>
/// Which parts of <c>_source</c> a search returns. A pattern takes the field and everything below it; excludes win.
/// </summary>
internal sealed class SourceFilter(bool isEnabled, string[] includes, string[] excludes)
{
    public static SourceFilter All { get; } = new(true, [], []);

    public static SourceFilter None { get; } = new(false, [], []);

    public bool IsEnabled { get; } = isEnabled;

    public bool TakesAll => includes.Length == 0 && excludes.Length == 0;

    /// <summary>Whether the leaf at a dotted path is returned.</summary>
    public bool Takes(string path) =>
        (includes.Length == 0 || MatchesAny(includes, path)) && !(excludes.Length > 0 && MatchesAny(excludes, path));

    private static bool MatchesAny(string[] patterns, string path)
    {
        for (var end = 0; end >= 0;)
        {
            end = path.IndexOf('.', end);
            var prefix = end < 0 ? path : path[..end++];
            foreach (var pattern in patterns)
            {
                if (SimplePattern.Matches(pattern, prefix))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
