using System.Globalization;
using System.Text.RegularExpressions;
using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary>
/// What a search should say beside its hits: lines of the future, fields that nobody has, KQL's habits.
/// </summary>
internal sealed partial class SearchHints(SearchClient client, SearchOptions options, TextWriter notes)
{
    /// <summary>Writes what there is to say.</summary>
    /// <param name="total">Hits of the search.</param>
    /// <param name="future">Where the search was cut off in the future; null: it was not.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    public async Task WriteAsync(long total, DateTimeOffset? future, CancellationToken cancellationToken)
    {
        try
        {
            if (future is { } bound)
            {
                await CountFutureAsync(bound, cancellationToken);
            }

            if (LowerCaseOperator().Match(options.Query) is { Success: true } word)
            {
                await notes.WriteLineAsync(
                    $"'{word.Value.Trim()}' was searched for as a word; the operators are AND, OR, NOT");
            }

            if (SpacedComparison().Match(options.Query) is { Success: true } comparison)
            {
                await notes.WriteLineAsync($"'{comparison.Value.Trim()}' is written "
                    + $"{comparison.Groups[1].Value}:{comparison.Groups[2].Value}{comparison.Groups[3].Value}");
            }

            if (total == 0 && options.Query.Length > 0)
            {
                await NameUnknownFieldsAsync(cancellationToken);
            }
        }
        catch (StartupException error)
        {
            // The hits are printed; that the server answers nothing more about them is all there is to say.
            await notes.WriteLineAsync(error.Message);
        }
    }

    private async Task CountFutureAsync(DateTimeOffset bound, CancellationToken cancellationToken)
    {
        var later = options with { Since = options.Since > bound ? options.Since : bound };
        var answer = await client.PostAsync(
            options.Index, "_count", SearchRequestBody.Count(later), cancellationToken);
        var count = answer["count"]!.GetValue<long>();
        if (count > 0)
        {
            await notes.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{count:N0} more are dated in the future (--until with a later time shows them)"));
        }
    }

    private async Task NameUnknownFieldsAsync(CancellationToken cancellationToken)
    {
        var known = await client.FieldsAsync(options.Index, cancellationToken);
        if (known.Count == 0)
        {
            await notes.WriteLineAsync($"there is nothing in '{options.Index}'");
            return;
        }

        foreach (var field in FieldName().Matches(options.Query).Select(match => match.Groups[1].Value).Distinct())
        {
            var isKnown = field is "_exists_" or "_id" or "_index" || field.Contains('*') || known.Contains(field)
                || known.Any(name => name.StartsWith(field + ".", StringComparison.Ordinal));
            if (!isKnown)
            {
                var remedy = NearestName.Find(field, known) is { } nearest ? $": did you mean '{nearest}'?" : "";
                await notes.WriteLineAsync($"no document has a field '{field}'{remedy}");
            }
        }
    }

    [GeneratedRegex(@"(?<=\S\s)(and|or|not)(?=\s\S)")]
    private static partial Regex LowerCaseOperator();

    [GeneratedRegex(@"([\w.@-]+)\s+(>=|<=|>|<)\s*([\w.:-]+)")]
    private static partial Regex SpacedComparison();

    [GeneratedRegex(@"(?<![\w.@\\""])([A-Za-z_@][\w.@-]*):(?!//)")]
    private static partial Regex FieldName();
}
