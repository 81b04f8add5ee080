namespace LogFlow.Hosting;

/// <summary>The name by which a log entry's category is shown.</summary>
internal static class PartName
{
    /// <summary>"LogFlow.Queue.Storage.LogManager" is "queue"; what is not ours keeps its last word.</summary>
    public static string Of(string category)
    {
        var words = category.Split('.');
        return words is ["LogFlow", var part, ..] ? part.ToLowerInvariant() : words[^1];
    }
}
