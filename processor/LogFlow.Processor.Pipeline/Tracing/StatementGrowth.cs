namespace LogFlow.Processor.Pipeline;

/// <summary>How many times longer than the event a text can be that one statement makes of it, at most.</summary>
internal static class StatementGrowth
{
    /// <summary>Reckoned from the statement's own texts; one after another each may take what the one before made.
    /// </summary>
    public static double Of(PluginNode node)
    {
        var growth = 1d;
        foreach (var name in node.Settings.Names)
        {
            var value = node.Settings.Value(name)!;
            growth *= name switch
            {
                "add_field" or "replace" or "update" or "add_tag" => OfTemplates(value),
                "gsub" => OfSubstitutions(value),
                "dictionary" => value.Entries?.Max(static entry => entry.Value.Text?.Length) ?? 1,
                _ => 1,
            };
        }
        return growth;
    }

    /// <summary>A template that names fields holds each of them; the next one may name what it made.</summary>
    private static double OfTemplates(ConfigValue value) =>
        Texts(value).Aggregate(1d, static (growth, text) => growth * Math.Max(1, text.AsSpan().Count("%{")));

    /// <summary>Field, pattern, replacement: in the place of each character may stand all of the replacement.</summary>
    private static double OfSubstitutions(ConfigValue value) => Texts(value).Chunk(3)
        .Where(static triple => triple.Length == 3)
        .GroupBy(static triple => triple[0])
        .Select(static field => field.Aggregate(1d, static (growth, triple) => growth * Math.Max(1, triple[2].Length)))
        .DefaultIfEmpty(1)
        .Max();

    private static IEnumerable<string> Texts(ConfigValue value) =>
        value.Text is { } text ? [text]
        : value.Items?.SelectMany(Texts) ?? value.Entries?.SelectMany(static entry => Texts(entry.Value)) ?? [];
}
