using System.Collections.Concurrent;

namespace LogFlow.Store;

/// <summary>
/// Runs a search over the blocks of a snapshot: newest (or oldest) first, several at a time, stopping early where
/// nothing better can come. A damaged block is skipped and reported, and the rest is answered.
/// </summary>
internal sealed class Searcher(StoreEngine engine, TimeProvider time)
{
    private const long MatchBytesMax = 16 << 20;

    private static readonly int WorkersMax = Environment.ProcessorCount;

    private readonly MatchCache _matches = new(MatchBytesMax);

    /// <summary>A new request's time begins.</summary>
    public SearchDeadline Begin() => new(engine.Options.SearchTimeout, time);

    public async Task<SearchResult> SearchAsync(
        SearchSnapshot snapshot, SearchRequest request, SearchDeadline deadline, CancellationToken cancellation)
    {
        using var ownTimer = request.Timeout is { } own ? new CancellationTokenSource(own, time) : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token, ownTimer?.Token ?? CancellationToken.None);
        var run = new SearchRun(request, Order(snapshot.Blocks, request), _matches, either.Token, cancellation);
        var workers = Math.Min(WorkersMax, run.BlockCount);
        if (workers <= 1)
        {
            run.Work();
        }
        else
        {
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(run.Work, cancellation)));
        }

        cancellation.ThrowIfCancellationRequested();
        var hits = Fetch(run, request);
        foreach (var (origin, reason) in run.Failures)
        {
            engine.ReportCorrupt(origin, reason);
        }

        var failures = run.Failures.Select(failure => $"{failure.Origin}: {failure.Reason}").ToList();
        if (snapshot.CorruptSegmentCount > 0)
        {
            failures.Add($"{snapshot.CorruptSegmentCount} segments were damaged at the start: documents of them are "
                + "missing (see the log)");
        }

        var isExact = run.Total <= request.TotalHitsMax;
        return new SearchResult
        {
            Hits = hits,
            Total = isExact ? run.Total : request.TotalHitsMax,
            IsTotalExact = isExact,
            IsTimedOut = run.IsTimedOut,
            Aggregations = run.Aggregations,
            Failures = failures,
        };
    }

    /// <summary>The blocks that may match, in the order in which they can bring the best hits.</summary>
    private static List<BlockSource> Order(IReadOnlyList<BlockSource> blocks, SearchRequest request)
    {
        var first = request.Sort[0];
        var matching = blocks.Where(block => MayFollow(block.Summary, request) && request.Query.MayMatch(block));
        if (first.IsArrival)
        {
            return first.IsDescending
                ? [.. matching.OrderByDescending(block => block.Summary.MaxSequence)]
                : [.. matching.OrderBy(block => block.Summary.MinSequence)];
        }

        return first.IsTimestamp && !first.IsDescending
            ? [.. matching.OrderBy(block => block.Summary.MinTimeMs)]
            : first.IsTimestamp
                ? [.. matching.OrderByDescending(block => block.Summary.MaxTimeMs)]
                : [.. matching];
    }

    /// <summary>
    /// Whether rows may come after <c>search_after</c> in the order of arrival; where hits are counted all rows matter.
    /// </summary>
    private static bool MayFollow(in BlockSummary summary, SearchRequest request)
    {
        if (request is not
            {
                Sort: [{ IsArrival: true } first, ..], SearchAfter: [{ Kind: StoredKind.Int64 } after, ..],
                TotalHitsMax: < 0, Aggregations.IsEmpty: true
            })
        {
            return true;
        }

        return first.IsDescending ? summary.MinSequence <= after.Bits : summary.MaxSequence >= after.Bits;
    }

    private static List<FetchedHit> Fetch(SearchRun run, SearchRequest request)
    {
        var hits = run.Hits.ToSorted();
        var page = hits.Skip(request.From).Take(request.Size).ToList();
        var fetched = new FetchedHit?[page.Count];
        foreach (var group in page.Select((hit, i) => (hit, i)).GroupBy(item => item.hit.Block))
        {
            if (run.HasNoTimeLeft())
            {
                break;
            }

            try
            {
                using var fetcher = new HitFetcher(group.Key, request);
                foreach (var (hit, i) in group)
                {
                    fetched[i] = fetcher.Fetch(hit);
                }
            }
            catch (CorruptDataException error)
            {
                run.Failures.Add((group.Key.Origin, error.Message));
            }
        }

        return [.. fetched.OfType<FetchedHit>()];
    }
}

/// <summary>The shared state of one search's workers.</summary>
internal sealed class SearchRun(
    SearchRequest request, List<BlockSource> blocks, MatchCache matches, CancellationToken timeout,
    CancellationToken cancellation)
{
    private readonly Lock _lock = new(); // Guards the aggregations while workers add theirs.
    private readonly HitComparer _comparer = new(request.Sort);
    private readonly AggregationBudget _budget = new();
    private AggregatorSet? _aggregations;
    private int _next = -1;
    private long _total;

    public int BlockCount => blocks.Count;

    public TopHits Hits { get; } = new(Math.Max(1, request.From + request.Size), new HitComparer(request.Sort));

    public ConcurrentBag<(string Origin, string Reason)> Failures { get; } = [];


    public long Total => Volatile.Read(ref _total);

    /// <summary>What the workers found, once they are done.</summary>
    public AggregatorSet? Aggregations => request.Aggregations.IsEmpty
        ? null
        : _aggregations ??= request.Aggregations.Create(_budget);

    public bool IsTimedOut { get; private set; }

    private bool IsTotalKnown => request.TotalHitsMax < 0 || Total > request.TotalHitsMax;

    public void Work()
    {
        var own = request.Aggregations.IsEmpty ? null : request.Aggregations.Create(_budget);
        while (Interlocked.Increment(ref _next) is var index && index < blocks.Count)
        {
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            if (HasNoTimeLeft())
            {
                break;
            }

            var block = blocks[index];
            var wantsHits = request.Size > 0 && CanImprove(block.Summary);
            if (!wantsHits && own is null && IsTotalKnown)
            {
                continue;
            }

            try
            {
                Visit(block, wantsHits, own);
            }
            catch (CorruptDataException error)
            {
                Failures.Add((block.Origin, error.Message));
            }
        }

        if (own is not null)
        {
            lock (_lock)
            {
                // The first worker's are taken as they are.
                if (_aggregations is null)
                {
                    _aggregations = own;
                }
                else
                {
                    _aggregations.Merge(own);
                }
            }
        }
    }

    /// <summary>True: what was found so far is the answer, and it says so.</summary>
    public bool HasNoTimeLeft() => IsTimedOut |= timeout.IsCancellationRequested;

    /// <summary>Whether a row of the block could stand before the worst hit kept so far.</summary>
    private bool CanImprove(in BlockSummary summary)
    {
        var first = request.Sort[0];
        if (!(first.IsTimestamp || first.IsArrival) || Hits.Worst is not { } worst)
        {
            return true;
        }

        if (first.IsArrival)
        {
            return first.IsDescending
                ? summary.MaxSequence >= worst.Keys[0].Bits
                : summary.MinSequence <= worst.Keys[0].Bits;
        }

        return first.IsDescending ? summary.MaxTimeMs >= worst.Keys[0].Bits : summary.MinTimeMs <= worst.Keys[0].Bits;
    }

    private void Visit(BlockSource block, bool wantsHits, AggregatorSet? own)
    {
        var summary = block.Summary;
        if (!wantsHits && request.Query.MatchesAll(block) && (own is null || own.TryTakeWhole(block)))
        {
            Interlocked.Add(ref _total, summary.RowCount);
            return;
        }

        using var scan = new BlockScan(block, matches);
        var found = new RowSet(scan.RowCount);
        request.Query.Evaluate(scan, found);
        if (found.IsEmpty)
        {
            return;
        }

        var rows = new int[scan.RowCount];
        var count = found.CopyTo(rows);
        var hits = wantsHits ? new BlockSorter(scan, request.Sort) : null;
        foreach (var field in own is null ? [] : request.Aggregations.Fields)
        {
            // Damage shows here, before anything of the block is counted.
            scan.GetAccess(field);
        }

        Interlocked.Add(ref _total, count);
        hits?.Offer(rows.AsSpan(0, count), Hits, _comparer, request.SearchAfter);
        own?.Collect(scan, rows.AsSpan(0, count));
    }
}
