using System.Globalization;

namespace LogFlow.Appliance;

/// <summary>Writes a snapshot as the one line that <c>logflow up</c> shows.</summary>
internal static class StatusText
{
    /// <summary>
    /// The line for <paramref name="now"/>: what there is, which a restart does not set back, and how fast it has
    /// changed since <paramref name="before"/>.
    /// </summary>
    public static string Format(PipelineSnapshot before, PipelineSnapshot now, TimeSpan between)
    {
        var readRate = Rate(before.LinesRead, now.LinesRead, between);
        var indexRate = Rate(before.DocumentsIndexed, now.DocumentsIndexed, between);
        var indexed = now.Documents is { } documents
            ? $"documents {Count(documents)}"
            : $"indexed since start {Count(now.DocumentsIndexed)}";
        var behind = now.BytesBehind > 0 ? $", {Count(now.BytesBehind)}B behind" : "";
        var deadLetters = now.DeadLetters is { } letters ? $" | dead letters {Count(letters)}" : "";
        return $"files {Count(now.FilesWatched)} | reading {readRate}/s{behind} | lag {Count(now.Lag)} | {indexed} "
            + $"({indexRate}/s){deadLetters} | errors {Count(now.Errors)}";
    }

    /// <summary>A count in a few characters: 950, 12.3k, 4.56M.</summary>
    public static string Count(double value) => value switch
    {
        < 10_000 => value.ToString("0", CultureInfo.InvariantCulture),
        < 999_950 => (value / 1e3).ToString("0.0k", CultureInfo.InvariantCulture),
        < 999_950_000 => (value / 1e6).ToString("0.00M", CultureInfo.InvariantCulture),
        _ => (value / 1e9).ToString("0.00G", CultureInfo.InvariantCulture),
    };

    private static string Rate(long before, long now, TimeSpan between) =>
        Count(between <= TimeSpan.Zero ? 0 : Math.Max(0, now - before) / between.TotalSeconds);
}
