using System.Globalization;
using LogFlow.Bulk;

namespace LogFlow.Agent;

/// <summary>
/// Brings one batch after the other into Elasticsearch, each as often as it takes: what failed for a while is sent
/// again with the same ids, what is too large in halves, and what a whole request fails for is looked for by halving.
/// </summary>
internal sealed class ElasticsearchRun : IDisposable
{
    private const int RequestBytesMin = 64 * 1024;

    private readonly ElasticsearchNodes _nodes;
    private readonly BackoffPolicy _backoff;
    private readonly OutputTrouble _trouble;
    private readonly NonIndexable _nonIndexable;
    private readonly SinkContext _context;
    private readonly string _path;

    /// <summary>Requests under way at most.</summary>
    private readonly SemaphoreSlim _slots;

    /// <summary>Learned from 413: what a request may have at most.</summary>
    private int _requestBytesMax = int.MaxValue;

    public ElasticsearchRun(
        ElasticsearchOutputConfig config, ElasticsearchNodes nodes, BulkDestinations destinations,
        BackoffPolicy backoff, OutputTrouble trouble, SinkContext context)
    {
        _nodes = nodes;
        _backoff = backoff;
        _trouble = trouble;
        _context = context;
        _nonIndexable = new NonIndexable(config, destinations, context);
        _path = Path(config);
        _slots = new SemaphoreSlim(
            config.RequestsPerHost * (config.LoadBalance ? OutputConfig.SplitHosts(config.Hosts).Count : 1));
    }

    /// <summary>Returns when every document is settled.</summary>
    public async Task SendAsync(List<BulkLine> lines, CancellationToken cancellationToken)
    {
        var pending = new Queue<BulkLine>(lines);
        var countMax = int.MaxValue;
        for (var failures = 0; pending.Count > 0;)
        {
            var request = Take(pending, countMax);
            var outcome = await SendOnceAsync(request, cancellationToken);
            switch (outcome.Kind)
            {
                case BulkRequestOutcome.PerItem when outcome.Left.Count == 0:
                    failures = 0;
                    continue;
                case BulkRequestOutcome.PerItem:
                    PutBack(pending, outcome.Left);
                    break;
                case BulkRequestOutcome.TooLarge when request.Count == 1:
                case BulkRequestOutcome.BadDocument when request.Count == 1:
                    _nonIndexable.Drop(request[0], outcome.Reason);
                    countMax = int.MaxValue;
                    continue;
                case BulkRequestOutcome.TooLarge:
                    Shrink(request);
                    PutBack(pending, request);
                    continue;
                case BulkRequestOutcome.BadDocument:
                    countMax = request.Count / 2;
                    PutBack(pending, request);
                    continue;
                default:
                    PutBack(pending, request);
                    break;
            }

            var needsOperator = outcome.Kind == BulkRequestOutcome.Misconfigured || outcome.IsRefused;
            _trouble.Failed(outcome.Reason, needsOperator);
            failures++;
            await Task.Delay(
                needsOperator ? Min(_backoff.GetSlowDelay()) : _backoff.GetDelay(failures), _context.Time,
                cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private static string Path(ElasticsearchOutputConfig config)
    {
        var path = "_bulk?filter_path=errors,items.*.status,items.*.error";
        return config.Parameters.Aggregate(
            path,
            static (all, parameter) => string.Create(
                CultureInfo.InvariantCulture,
                $"{all}&{Uri.EscapeDataString(parameter.Key)}={Uri.EscapeDataString(parameter.Value)}"));
    }

    /// <summary>Who mends a privilege sees that it worked soon.</summary>
    private static TimeSpan Min(TimeSpan delay) =>
        delay < PublisherOptions.RefusedPauseMax ? delay : PublisherOptions.RefusedPauseMax;

    private static void PutBack(Queue<BulkLine> pending, List<BulkLine> lines)
    {
        var rest = pending.ToArray();
        pending.Clear();
        foreach (var line in lines)
        {
            pending.Enqueue(line);
        }

        foreach (var line in rest)
        {
            pending.Enqueue(line);
        }
    }

    private List<BulkLine> Take(Queue<BulkLine> pending, int countMax)
    {
        var request = new List<BulkLine>(Math.Min(pending.Count, countMax));
        long bytes = 0;
        while (pending.TryPeek(out var line) && request.Count < countMax
            && (request.Count == 0 || bytes + line.Length <= Volatile.Read(ref _requestBytesMax)))
        {
            bytes += line.Length;
            request.Add(pending.Dequeue());
        }

        return request;
    }

    private void Shrink(List<BulkLine> request)
    {
        var bytes = request.Sum(static line => (long)line.Length);
        Volatile.Write(ref _requestBytesMax, (int)Math.Max(RequestBytesMin, Math.Min(int.MaxValue, bytes / 2)));
    }

    private async Task<Outcome> SendOnceAsync(List<BulkLine> request, CancellationToken cancellationToken)
    {
        ElasticsearchAnswer answer;
        await _slots.WaitAsync(cancellationToken);
        try
        {
            answer = await _nodes.SendAsync(
                HttpMethod.Post, _path, new BulkLinesContent(request, _nodes.Gzip), cancellationToken);
        }
        finally
        {
            _slots.Release();
        }

        var kind = BulkResultPolicy.ForRequest(answer.Status, answer.Reason);
        if (kind != BulkRequestOutcome.PerItem)
        {
            return new Outcome(kind, [], answer.Describe());
        }

        var items = new BulkItemResult[request.Count];
        if (!BulkResponseReader.TryRead(answer.Body, items))
        {
            return new Outcome(
                BulkRequestOutcome.Retry, [],
                $"{ElasticsearchHosts.Describe(answer.Node)}: the answer to a bulk request is none");
        }

        return Sort(request, items);
    }

    private Outcome Sort(List<BulkLine> request, BulkItemResult[] items)
    {
        var left = new List<BulkLine>();
        var reason = "";
        var isRefused = false;
        for (var index = 0; index < items.Length; index++)
        {
            var item = items[index];
            switch (BulkResultPolicy.ForItem(item.Status, item.ErrorType, BulkAction.Create))
            {
                case BulkOutcome.Done or BulkOutcome.Duplicate:
                    break;
                case BulkOutcome.DeadLetter:
                    if (_nonIndexable.Settle(request[index], item) is { } parked)
                    {
                        left.Add(parked);
                    }

                    break;
                case var outcome:
                    isRefused |= outcome == BulkOutcome.Refused;
                    reason = $"index {request[index].Destination.Index}: HTTP {item.Status}, {item.ErrorType}: "
                        + item.ErrorReason;
                    left.Add(request[index]);
                    break;
            }
        }

        if (left.Count < items.Length && reason.Length == 0)
        {
            _trouble.Over();
        }

        return new Outcome(BulkRequestOutcome.PerItem, left, reason, isRefused);
    }

    private sealed record Outcome(
        BulkRequestOutcome Kind, List<BulkLine> Left, string Reason, bool IsRefused = false);
}
