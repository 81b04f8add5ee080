using System.Globalization;
using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary>Carries out one <c>logflow search</c>.</summary>
internal sealed class SearchRunner(
    SearchOptions options, TextWriter output, TextWriter notes, bool isColoured, TimeProvider time)
{
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

        var now = time.GetUtcNow();
        var follower = new HitFollower(client, options, time);
        if (options.IsFollow)
        {
            await follower.BeginAsync(cancellationToken);
        }

        var (first, hits) = await NewestHits.ReadAsync(client, NewestHits.Bound(options, now), cancellationToken);
        if (options.IsFollow)
        {
            hits.Reverse();
            hits.ForEach(follower.Show);
        }

        hits.ForEach(_printer.Print);
        await output.FlushAsync(cancellationToken);
        if (options.IsFollow)
        {
            await FollowAsync(follower, cancellationToken);
            return;
        }

        await notes.WriteLineAsync(Summary(first, hits.Count));
        await new SearchHints(client, options, notes).WriteAsync(
            Total(first), options.Until is null ? now + NewestHits.FutureAfter : null, cancellationToken);
    }

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

    private async Task FollowAsync(HitFollower follower, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(HitFollower.Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await follower.PollAsync(_printer.Print, notes.WriteLine, cancellationToken);
                await output.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how following ends.
        }
    }
}
