using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.Appliance.Search;

/// <summary>Carries out one <c>logflow search</c>.</summary>
internal sealed class SearchRunner(SearchOptions options, TextWriter output, TextWriter notes, bool isColoured)
{
    private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Elasticsearch shows documents up to its refresh interval late (5 s in our template), so following looks back
    /// this far and leaves out what it has shown.
    /// </summary>
    private static readonly TimeSpan FollowOverlap = TimeSpan.FromSeconds(15);

    private readonly HitPrinter _printer = new(output, options, isColoured);

    /// <summary>Runs the search; following ends when <paramref name="cancellationToken"/> fires.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = new SearchClient(options.Url);
        if (options.IsCount)
        {
            var answer = await client.PostAsync(
                options.Index, "_count", SearchRequestBody.Count(options), cancellationToken);
            await output.WriteLineAsync(answer["count"]!.ToString());
            return;
        }

        var started = TimeProvider.System.GetUtcNow();
        var result = await client.PostAsync(
            options.Index, "_search", SearchRequestBody.Newest(options), cancellationToken);
        var hits = Hits(result);
        foreach (var hit in options.IsFollow ? hits.Reverse() : hits)
        {
            _printer.Print(hit);
        }

        if (options.IsFollow)
        {
            await FollowAsync(client, started, hits, cancellationToken);
        }
        else
        {
            await notes.WriteLineAsync(Summary(result, hits.Length));
        }
    }

    private static JsonNode[] Hits(JsonObject result) => [.. result["hits"]!["hits"]!.AsArray().Select(hit => hit!)];

    private static string Summary(JsonObject result, int shown)
    {
        var total = result["hits"]!["total"]!["value"]!.GetValue<long>();
        var count = total.ToString("N0", CultureInfo.InvariantCulture);
        var more = shown < total && shown > 0 ? $", the newest {shown} shown (--limit N for more)" : "";
        var isPartial = result["timed_out"]?.GetValue<bool>() == true;
        var partial = isPartial ? "; the search ran out of time, there are more" : "";
        return $"{count} {(total == 1 ? "hit" : "hits")}{more}, {result["took"]} ms{partial}";
    }

    private async Task FollowAsync(
        SearchClient client, DateTimeOffset started, JsonNode[] shownAlready, CancellationToken cancellationToken)
    {
        var shown = shownAlready.Select(Identity).ToHashSet();
        var newest = started;
        using var timer = new PeriodicTimer(FollowInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var body = SearchRequestBody.IngestedSince(options, newest - FollowOverlap);
                var asked = TimeProvider.System.GetUtcNow();
                var hits = Hits(await client.PostAsync(options.Index, "_search", body, cancellationToken));
                foreach (var hit in hits)
                {
                    if (shown.Add(Identity(hit)))
                    {
                        _printer.Print(hit);
                    }
                }

                // What lies before the overlap is never asked for again.
                shown = [.. hits.Select(Identity)];
                newest = hits.Length == SearchOptions.LimitMax ? newest : asked;
                await output.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how following ends.
        }
    }

    private static (string Index, string Id) Identity(JsonNode hit) =>
        (hit["_index"]!.ToString(), hit["_id"]!.ToString());
}
