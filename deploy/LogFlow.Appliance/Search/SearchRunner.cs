using System.Globalization;
using System.Text.Json.Nodes;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Carries out one <c>logflow search</c>.</summary>
internal sealed class SearchRunner(
    SearchOptions options, TextWriter output, TextWriter notes, bool isColoured, TimeProvider time)
{
    private static readonly TimeSpan FollowInterval = TimeSpan.FromSeconds(1);

    /// <summary>Clocks of other machines may be ahead by so much; what is later has a wrong date.</summary>
    private static readonly TimeSpan FutureAfter = TimeSpan.FromMinutes(1);

    private readonly HitPrinter _printer = new(output, options, isColoured);

    /// <summary>Runs the search; following ends when <paramref name="cancellationToken"/> fires.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = new SearchClient(options.Url, options.Access);
        if (options.IsCount)
        {
            var answer = await client.PostAsync(
                options.Index, "_count", SearchRequestBody.Count(options), cancellationToken);
            await output.WriteLineAsync(answer["count"]!.ToString());
            return;
        }

        // The newest of what has happened: lines that are dated in the future would else stand on top for ever.
        var now = time.GetUtcNow();
        var bounded = options.Until is null ? options with { Until = now + FutureAfter } : options;
        var cursor = new FollowCursor(client, options);
        if (options.IsFollow)
        {
            await cursor.BeginAsync(now, cancellationToken);
        }

        var (first, hits) = await NewestAsync(client, bounded, cancellationToken);
        if (options.IsFollow)
        {
            hits.Reverse();
            hits.ForEach(hit => cursor.Show(hit));
        }

        hits.ForEach(_printer.Print);
        await output.FlushAsync(cancellationToken);
        if (options.IsFollow)
        {
            await FollowAsync(cursor, cancellationToken);
            return;
        }

        await notes.WriteLineAsync(Summary(first, hits.Count));
        await new SearchHints(client, options, notes).WriteAsync(
            Total(first), options.Until is null ? now + FutureAfter : null, cancellationToken);
    }

    /// <summary>The first answer, and the hits of as many pages as are asked for.</summary>
    private async Task<(JsonObject First, List<JsonNode> Hits)> NewestAsync(
        SearchClient client, SearchOptions bounded, CancellationToken cancellationToken)
    {
        var size = Math.Min(options.Limit, SearchOptions.PageMax);
        var first = await client.PostAsync(
            options.Index, "_search", SearchRequestBody.Newest(bounded, size), cancellationToken);
        var hits = Hits(first);
        var page = hits;
        while (page.Count == SearchOptions.PageMax && hits.Count < options.Limit)
        {
            size = Math.Min(options.Limit - hits.Count, SearchOptions.PageMax);
            page = Hits(await client.PostAsync(options.Index, "_search",
                SearchRequestBody.Newest(bounded, size, page[^1]["sort"]), cancellationToken));
            hits = [.. hits, .. page];
        }

        return (first, hits);
    }

    private static List<JsonNode> Hits(JsonObject result) =>
        [.. result["hits"]!["hits"]!.AsArray().Select(hit => hit!)];

    private static long Total(JsonObject result) => result["hits"]!["total"]!["value"]!.GetValue<long>();

    private static string Summary(JsonObject result, int shown)
    {
        var total = Total(result);
        var count = total.ToString("N0", CultureInfo.InvariantCulture);
        var more = shown < total && shown > 0 ? $", the newest {shown} shown (--limit N for more)" : "";
        var isPartial = result["timed_out"]?.GetValue<bool>() == true;
        var partial = isPartial ? "; the search ran out of time, there are more" : "";
        return $"{count} {(total == 1 ? "hit" : "hits")}{more}, {result["took"]} ms{partial}";
    }

    private async Task FollowAsync(FollowCursor cursor, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(FollowInterval, time);
        long failedAt = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    if (failedAt != 0)
                    {
                        await cursor.ResumeAsync(cancellationToken);
                    }

                    await foreach (var hit in cursor.PollAsync(time.GetUtcNow(), cancellationToken))
                    {
                        _printer.Print(hit);
                    }

                    if (failedAt != 0)
                    {
                        await notes.WriteLineAsync(
                            $"(it answers again, after {time.GetElapsedTime(failedAt).TotalSeconds:0} s: going on)");
                        failedAt = 0;
                    }
                }
                catch (StartupException error) when (error.ExitCode != 2)
                {
                    // A restart, or a server that is busy: said once, and tried again.
                    if (failedAt == 0)
                    {
                        failedAt = time.GetTimestamp();
                        await notes.WriteLineAsync($"({error.Message}: trying again every second)");
                    }
                }

                await output.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how following ends.
        }
    }
}
