namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Sends documents with <c>_bulk</c> until each has a final outcome: stored, there already, or dead-lettered. It never
/// gives up and never drops: what may still succeed is sent again with the same id, item by item, with jittered
/// back-off; a request that is too large is halved and the size remembered; one that a bad document spoils is bisected.
/// One call is one bulk at a time; calls may run side by side.
/// </summary>
public sealed class BulkSender
{
    /// <summary>Below this the learned cap does not go: what is larger is the document's own fault.</summary>
    private const int LearnedCapMin = 64 * 1024;

    private readonly ElasticsearchConnection _connection;
    private readonly BackoffPolicy _backoff;
    private readonly TimeProvider _time;
    private readonly OutageReport _outage;
    private readonly ElasticsearchMetrics? _metrics;
    private readonly bool _requireDataStream;

    /// <summary>Requests are cut at this size; lowered by each 413, as a proxy's limit is not in any answer.</summary>
    private long _bytesMax;

    /// <param name="client">The connection.</param>
    /// <param name="requireDataStream">Every document goes to a data stream: refuse to make plain indices.</param>
    /// <param name="outage">Where failures are reported.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="backoff">Waits between attempts; null: by the client's options.</param>
    /// <param name="metrics">Counters; null: none.</param>
    public BulkSender(
        ElasticsearchConnection client,
        bool requireDataStream,
        OutageReport outage,
        TimeProvider? time = null,
        BackoffPolicy? backoff = null,
        ElasticsearchMetrics? metrics = null)
    {
        _connection = client;
        _requireDataStream = requireDataStream;
        _outage = outage;
        _time = time ?? TimeProvider.System;
        _backoff = backoff
            ?? new BackoffPolicy(client.Options.RetryInitialInterval, client.Options.RetryMaxInterval);
        _metrics = metrics;
        _bytesMax = client.Options.BulkBytesMax;
    }

    /// <summary>Where requests are cut now, in bytes: the configured size, or what 413 answers have taught.</summary>
    public long BytesMax => Interlocked.Read(ref _bytesMax);

    /// <summary>
    /// Sends the items and returns when each is final; the results are in the items' order. The requests must stay
    /// unchanged until then.
    /// </summary>
    /// <param name="items">The documents.</param>
    /// <param name="action">Their action (one call sends items of one action).</param>
    /// <param name="cancellationToken">Stops at once; what was sent may or may not have been stored.</param>
    public async Task<BulkItemResult[]> SendAsync(
        ReadOnlyMemory<BulkItemRef> items, BulkAction action, CancellationToken cancellationToken)
    {
        var results = new BulkItemResult[items.Length];
        var run = new Run(items.ToArray(), results, action);
        run.Groups.Push(run.AllIndexes());
        var failures = 0;
        while (run.Groups.TryPop(out var group))
        {
            var fitting = TakeFitting(run, group);
            var wait = await SendGroupAsync(run, fitting, cancellationToken);
            if (wait == Pause.None)
            {
                failures = 0;
                continue;
            }

            failures++;
            var delay = wait == Pause.Slow ? _backoff.GetSlowDelay() : _backoff.GetDelay(failures);
            delay = delay < run.RetryAfter ? run.RetryAfter : delay;
            await Task.Delay(delay, _time, cancellationToken);
        }

        CountFinished(run);
        return results;
    }

    /// <summary>Cuts the group at the size limit; the rest goes back on the stack, to be sent next.</summary>
    private int[] TakeFitting(Run run, int[] group)
    {
        var cap = BytesMax;
        long size = 0;
        for (var index = 0; index < group.Length; index++)
        {
            size += run.Items[group[index]].Bytes.Length;
            if (size > cap && index > 0)
            {
                run.Groups.Push(group[index..]);
                return group[..index];
            }
        }

        return group;
    }

    private async Task<Pause> SendGroupAsync(Run run, int[] group, CancellationToken cancellationToken)
    {
        var server = await _connection.GetServerInfoAsync(cancellationToken);
        var selected = new BulkItemRef[group.Length];
        for (var index = 0; index < group.Length; index++)
        {
            selected[index] = run.Items[group[index]];
            run.Attempts[group[index]]++;
        }

        var size = BulkContent.SizeOf(selected);
        var started = _time.GetTimestamp();
        using var response = await _connection.SendBulkAsync(
            PathFor(server), selected, headers: null, cancellationToken);
        _metrics?.RequestSent(response.Status, size, _time.GetElapsedTime(started));
        run.RetryAfter = Min(response.RetryAfter ?? TimeSpan.Zero, _backoff.Max);
        var (type, reason) = response.IsSuccess ? (string.Empty, string.Empty) : response.ReadError();
        switch (BulkResultPolicy.ForRequest(response.Status, reason))
        {
            case BulkRequestOutcome.PerItem:
                return ReadItems(run, group, response);
            case BulkRequestOutcome.TooLarge:
                LearnCap(size, group.Length);
                Split(run, group, new BulkItemResult(413, BulkOutcome.DeadLetter, type, TooLarge(reason, size)));
                return Pause.None;
            case BulkRequestOutcome.BadDocument:
                Split(run, group, new BulkItemResult(400, BulkOutcome.DeadLetter, type, reason));
                return Pause.None;
            case BulkRequestOutcome.Misconfigured:
                _outage.Failed(response.Node, $"HTTP {response.Status} {type}: {reason}", needsOperator: true);
                run.Groups.Push(group);
                return Pause.Slow;
            default:
                _metrics?.DocumentsRetried(response.Status, group.Length);
                _outage.Failed(
                    response.Node,
                    response.Failure ?? $"HTTP {response.Status} {type}: {reason}",
                    needsOperator: false);
                run.Groups.Push(group);
                return Pause.Backoff;
        }
    }

    /// <summary>Gives each item its result; those to be sent again form the next group.</summary>
    private Pause ReadItems(Run run, int[] group, ElasticsearchResponse response)
    {
        var answers = new BulkItemResult[group.Length];
        if (!BulkResponseReader.TryRead(response.Body.Span, answers))
        {
            // Half an answer, or one for another number of items: whether anything was stored is unknown.
            _outage.Failed(
                response.Node, $"its answer does not account for the {group.Length} documents sent",
                needsOperator: false);
            _metrics?.DocumentsRetried(0, group.Length);
            run.Groups.Push(group);
            return Pause.Backoff;
        }

        List<int>? again = null;
        BulkItemResult? refused = null;
        BulkItemResult? busy = null;
        for (var index = 0; index < group.Length; index++)
        {
            var item = group[index];
            var outcome = BulkResultPolicy.ForItem(
                answers[index].Status, run.Action, run.Attempts[item], _connection.Options.MissingIndexAttemptsMax);
            run.Results[item] = answers[index] with { Outcome = outcome };
            if (outcome != BulkOutcome.Retry)
            {
                continue;
            }

            (again ??= new List<int>(group.Length - index)).Add(item);
            if (answers[index].Status is 401 or 403 or 404)
            {
                refused ??= answers[index];
            }
            else
            {
                busy ??= answers[index];
            }
        }

        if (again is null)
        {
            _outage.Succeeded();
            return Pause.None;
        }

        var example = (refused ?? busy)!.Value;
        _metrics?.DocumentsRetried(example.Status, again.Count);
        _outage.Failed(
            response.Node,
            $"{again.Count} of {group.Length} documents: {example.Status} {example.ErrorType}: {example.ErrorReason}",
            needsOperator: refused is not null);
        run.Groups.Push([.. again]);
        return refused is { Status: 401 or 403 } && busy is null ? Pause.Slow : Pause.Backoff;
    }

    /// <summary>Halves a refused group; a single document gets <paramref name="verdict"/>.</summary>
    private void Split(Run run, int[] group, BulkItemResult verdict)
    {
        if (group.Length == 1)
        {
            run.Results[group[0]] = verdict;
            return;
        }

        var middle = group.Length / 2;
        run.Groups.Push(group[middle..]);
        run.Groups.Push(group[..middle]);
    }

    private void LearnCap(long size, int count)
    {
        if (count == 1)
        {
            return;
        }

        var halved = Math.Max(LearnedCapMin, size / 2);
        var current = BytesMax;
        while (halved < current)
        {
            var seen = Interlocked.CompareExchange(ref _bytesMax, halved, current);
            if (seen == current)
            {
                return;
            }

            current = seen;
        }
    }

    private string PathFor(ServerInfo? server)
    {
        const string Common = "/_bulk?filter_path=errors,items.*.status,items.*.error,items.*.failure_store";
        if (server is null)
        {
            return Common;
        }

        var dataStream = _requireDataStream && server.HasRequireDataStream ? "&require_data_stream=true" : string.Empty;
        var noSource = server.HasIncludeSourceOnError ? "&include_source_on_error=false" : string.Empty;
        return Common + dataStream + noSource;
    }

    private void CountFinished(Run run)
    {
        if (_metrics is null)
        {
            return;
        }

        long created = 0, duplicates = 0, firstDuplicates = 0, parked = 0, dead = 0;
        for (var index = 0; index < run.Results.Length; index++)
        {
            ref readonly var result = ref run.Results[index];
            switch (result.Outcome)
            {
                case BulkOutcome.Done when result.InFailureStore:
                    parked++;
                    break;
                case BulkOutcome.Done:
                    created++;
                    break;
                case BulkOutcome.Duplicate:
                    duplicates++;
                    firstDuplicates += run.Attempts[index] == 1 ? 1 : 0;
                    break;
                default:
                    dead++;
                    break;
            }
        }

        _metrics.DocumentsFinished(created, duplicates, firstDuplicates, parked, dead);
    }

    private static string TooLarge(string reason, long size) =>
        $"the document of {size} bytes exceeds what the server takes in one request: {reason}";

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private enum Pause
    {
        None,
        Backoff,
        Slow,
    }

    /// <summary>
    /// One call's state. Groups are stacked so that the order of the documents is kept through splits.
    /// </summary>
    private sealed class Run(BulkItemRef[] items, BulkItemResult[] results, BulkAction action)
    {
        public BulkItemRef[] Items { get; } = items;

        public BulkItemResult[] Results { get; } = results;

        public BulkAction Action { get; } = action;

        public int[] Attempts { get; } = new int[items.Length];

        public Stack<int[]> Groups { get; } = new();

        public TimeSpan RetryAfter { get; set; }

        public int[] AllIndexes()
        {
            var indexes = new int[Items.Length];
            for (var index = 0; index < indexes.Length; index++)
            {
                indexes[index] = index;
            }

            return indexes;
        }
    }
}
