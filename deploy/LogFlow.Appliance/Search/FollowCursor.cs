using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary>
/// Where following stands. LogFlow's store has one order of arrival over all indices, and shows a document the moment
/// it
/// has arrived: the number of the last one is enough. Elasticsearch shows documents up to its refresh interval late (5
/// s
/// in our template), in any order: each poll looks back, page by page, and leaves out what was shown.
/// </summary>
internal sealed class FollowCursor(SearchClient client, SearchOptions options)
{
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(15);

    /// <summary>What a store that lost its tail may number again.</summary>
    private const int ArrivalsAgain = 20_000;

    private readonly Queue<string> _recent = new();
    private HashSet<string> _shown = [];
    private bool _isOwnStore;
    private long _arrived = -1;
    private DateTimeOffset _ingested;

    /// <summary>Begins at this moment.</summary>
    public async Task BeginAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        _ingested = now;
        _isOwnStore = await client.IsOwnStoreAsync(cancellationToken);
        _arrived = _isOwnStore ? await LastAsync(cancellationToken) : -1;
    }

    /// <summary>After an outage: a store that lost documents of its memory gives their numbers to others.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        if (_isOwnStore && await LastAsync(cancellationToken) is var last && last < _arrived)
        {
            _arrived = Math.Max(-1, last - ArrivalsAgain);
        }
    }

    /// <summary>Counts as shown.</summary>
    public bool Show(JsonNode hit)
    {
        var identity = hit["_index"] + "/" + hit["_id"];
        if (!_shown.Add(identity))
        {
            return false;
        }

        _recent.Enqueue(identity);
        if (_isOwnStore && _recent.Count > ArrivalsAgain)
        {
            _shown.Remove(_recent.Dequeue());
        }

        return true;
    }

    /// <summary>All that is new, page by page to the end.</summary>
    public IAsyncEnumerable<JsonNode> PollAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        _isOwnStore ? PollArrivedAsync(cancellationToken) : PollIngestedAsync(now, cancellationToken);

    private async IAsyncEnumerable<JsonNode> PollArrivedAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JsonArray hits;
        do
        {
            hits = await SearchAsync(SearchRequestBody.Arrived(options, _arrived), cancellationToken);
            foreach (var hit in hits)
            {
                if (Show(hit!))
                {
                    yield return hit!;
                }

                _arrived = hit!["sort"]![0]!.GetValue<long>();
            }
        }
        while (hits.Count == SearchOptions.PageMax);
    }

    private async IAsyncEnumerable<JsonNode> PollIngestedAsync(
        DateTimeOffset now,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>();
        JsonNode? after = null;
        JsonArray hits;
        do
        {
            var body = SearchRequestBody.IngestedSince(options, _ingested - Overlap, after);
            hits = await SearchAsync(body, cancellationToken);
            foreach (var hit in hits)
            {
                seen.Add(hit!["_index"] + "/" + hit["_id"]);
                if (Show(hit))
                {
                    yield return hit;
                }

                after = hit["sort"];
            }
        }
        while (hits.Count == SearchOptions.PageMax);

        // What lies before the overlap is never asked for again.
        _shown = seen;
        _recent.Clear();
        _ingested = now;
    }

    private async Task<long> LastAsync(CancellationToken cancellationToken)
    {
        var hits = await SearchAsync(SearchRequestBody.Last(), cancellationToken);
        return hits.Count == 0 ? -1 : hits[0]!["sort"]![0]!.GetValue<long>();
    }

    private async Task<JsonArray> SearchAsync(JsonObject body, CancellationToken cancellationToken) =>
        (await client.PostAsync(options.Index, "_search", body, cancellationToken))["hits"]!["hits"]!.AsArray();
}
