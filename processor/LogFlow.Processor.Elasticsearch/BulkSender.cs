namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Sends documents with <c>_bulk</c> until each has an outcome: stored, there already, dead-lettered, or refused until
/// an
/// operator acts, which is the caller's to send again. It never gives up and never drops: what may still succeed is
/// sent
/// again with the same id, item by item, with jittered back-off; a request that is too large is halved and the size
/// remembered; one that a bad document spoils is bisected. One call is one bulk at a time; calls may run side by side.
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
    private readonly DataStreamGuard _dataStreams;

    /// <summary>The server, whatever it is, refused the parameter <c>require_data_stream</c>.</summary>
    private volatile bool _parameterRefused;

    /// <summary>Requests are cut at this size; lowered by each 413, as a proxy's limit is not in any answer.</summary>
    private long _bytesMax;

    /// <param name="connection">The connection.</param>
    /// <param name="requireDataStream">Every document goes to a data stream: refuse to make plain indices.</param>
    /// <param name="outage">Where failures are reported.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="backoff">Waits between attempts; null: by the client's options.</param>
    /// <param name="metrics">Counters; null: none.</param>
    public BulkSender(
        ElasticsearchConnection connection,
        bool requireDataStream,
        OutageReport outage,
        TimeProvider? time = null,
        BackoffPolicy? backoff = null,
        ElasticsearchMetrics? metrics = null)
    {
        _connection = connection;
        _requireDataStream = requireDataStream;
        _outage = outage;
        _time = time ?? TimeProvider.System;
        _backoff = backoff
            ?? new BackoffPolicy(connection.Options.RetryInitialInterval, connection.Options.RetryMaxInterval);
        _metrics = metrics;
        _dataStreams = new DataStreamGuard(connection, _time);
        _bytesMax = connection.Options.BulkBytesMax;
    }

    /// <summary>Where requests are cut now, in bytes: the configured size, or what 413 answers have taught.</summary>
    public long BytesMax => Interlocked.Read(ref _bytesMax);

    /// <summary>
    /// Sends the items and returns when each has its outcome; the results are in the items' order. The requests must
    /// stay
    /// leased until then.
    /// </summary>
    /// <param name="items">The documents.</param>
    /// <param name="action">Their action (one call sends items of one action).</param>
    /// <param name="cancellationToken">Stops at once; what was sent may or may not have been stored.</param>
    /// <param name="keepsOrder">
    /// Ids are the user's: of several items with one id the last must win, so what comes behind one that has to be sent
    /// again is sent again with it.
    /// </param>
    public async Task<BulkItemResult[]> SendAsync(
        ReadOnlyMemory<BulkItemRef> items,
        BulkAction action,
        CancellationToken cancellationToken,
        bool keepsOrder = false)
    {
        var run = new BulkRun(items.ToArray(), action, keepsOrder);
        var retries = new Retries(_backoff, _time);
        while (run.TryTakeGroup(BytesMax, out var group))
        {
            var wait = await SendGroupAsync(run, group, cancellationToken);
            if (wait == Pause.None)
            {
                retries.Succeeded();
                continue;
            }

            await retries.WaitAsync(wait == Pause.Slow, cancellationToken, run.RetryAfter);
        }

        CountFinished(run);
        return run.Results;
    }

    private async Task<Pause> SendGroupAsync(BulkRun run, int[] group, CancellationToken cancellationToken)
    {
        var server = await _connection.GetServerInfoAsync(cancellationToken);
        if (NeedsGuard(server))
        {
            var (remaining, problem) = await GuardAsync(run, group, cancellationToken);
            if (problem is { } answer)
            {
                _outage.Failed(_connection.Options.Hosts[0], answer.ToString(), needsOperator: false);
                run.Push(group);
                return Pause.Backoff;
            }

            group = remaining;
            if (group.Length == 0)
            {
                return Pause.None;
            }
        }

        var selected = run.Select(group);
        var size = BulkContent.SizeOf(selected);
        var started = _time.GetTimestamp();
        using var response = await _connection.SendBulkAsync(
            PathFor(server), selected, headers: null, cancellationToken);
        _metrics?.RequestSent(response.Status, size, _time.GetElapsedTime(started));
        run.RetryAfter = response.RetryAfter;
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
            case BulkRequestOutcome.Misconfigured when RefusesParameter(reason):
                _parameterRefused = true;
                run.Push(group);
                return Pause.None;
            case BulkRequestOutcome.Misconfigured:
                _outage.Failed(response.Node, $"HTTP {response.Status} {type}: {reason}", needsOperator: true);
                run.Push(group);
                return Pause.Slow;
            default:
                _metrics?.DocumentsRetried(response.Status, group.Length);
                _outage.Failed(
                    response.Node,
                    response.Failure ?? $"HTTP {response.Status} {type}: {reason}",
                    needsOperator: false);
                run.Push(group);
                return Pause.Backoff;
        }
    }

    /// <summary>Gives each item its result; those to be sent again form the next group.</summary>
    private Pause ReadItems(BulkRun run, int[] group, ElasticsearchResponse response)
    {
        var answers = new BulkItemResult[group.Length];
        if (!BulkResponseReader.TryRead(response.Body.Span, answers))
        {
            // Half an answer, or one for another number of items: whether anything was stored is unknown.
            _outage.Failed(
                response.Node, $"its answer does not account for the {group.Length} documents sent",
                needsOperator: false);
            _metrics?.DocumentsRetried(0, group.Length);
            run.Push(group);
            return Pause.Backoff;
        }

        var (again, example) = run.Settle(group, answers);
        if (again.Count == 0)
        {
            _outage.Succeeded();
            return Pause.None;
        }

        _metrics?.DocumentsRetried(example.Status, again.Count);
        _outage.Failed(
            response.Node,
            $"{again.Count} of {group.Length} documents: {example.Status} {example.ErrorType}: {example.ErrorReason}",
            needsOperator: false);
        run.Push([.. again]);
        return Pause.Backoff;
    }

    /// <summary>
    /// The items whose data streams exist; the others are refused. A problem that may pass concerns the whole group.
    /// </summary>
    private async Task<(int[] Remaining, ApiAnswer? Problem)> GuardAsync(
        BulkRun run, int[] group, CancellationToken cancellationToken)
    {
        var verdicts = new Dictionary<string, ApiAnswer>(StringComparer.Ordinal);
        var remaining = new List<int>(group.Length);
        foreach (var item in group)
        {
            var name = run.IndexOf(item);
            if (!verdicts.TryGetValue(name, out var verdict))
            {
                verdict = await _dataStreams.EnsureAsync(name, cancellationToken);
                if (verdict.IsTransient)
                {
                    return ([], verdict);
                }

                verdicts.Add(name, verdict);
            }

            if (verdict.IsSuccess)
            {
                remaining.Add(item);
            }
            else
            {
                run.Results[item] = new BulkItemResult(
                    verdict.Status, BulkOutcome.Refused, verdict.ErrorType, verdict.Reason);
            }
        }

        return ([.. remaining], null);
    }

    /// <summary>Halves a refused group; a single document gets <paramref name="verdict"/>.</summary>
    private static void Split(BulkRun run, int[] group, BulkItemResult verdict)
    {
        if (group.Length == 1)
        {
            run.Results[group[0]] = verdict;
            return;
        }

        var middle = group.Length / 2;
        run.Push(group[middle..]);
        run.Push(group[..middle]);
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

    /// <summary>A server that cannot be told to refuse plain indices.</summary>
    private bool NeedsGuard(ServerInfo? server) => _requireDataStream
        && server?.Distribution != "logflow"
        && (_parameterRefused || server is { HasRequireDataStream: false });

    /// <summary>
    /// A server that does not say who it is (GET / may need a privilege of its own) is asked to refuse plain indices as
    /// well; if it does not know how to, it says so, and the guard stands in.
    /// </summary>
    private string PathFor(ServerInfo? server)
    {
        const string Common = "/_bulk?filter_path=errors,items.*.status,items.*.error,items.*.failure_store";
        var dataStream = _requireDataStream && !_parameterRefused && (server is null || server.HasRequireDataStream)
            ? "&require_data_stream=true"
            : string.Empty;
        var noSource = server is { HasIncludeSourceOnError: true } ? "&include_source_on_error=false" : string.Empty;
        return Common + dataStream + noSource;
    }

    private bool RefusesParameter(string reason) => _requireDataStream && !_parameterRefused
        && reason.Contains("require_data_stream", StringComparison.Ordinal);

    private void CountFinished(BulkRun run)
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
                case BulkOutcome.Refused:
                    _metrics.DocumentsRetried(result.Status, 1);
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

    private enum Pause
    {
        None,
        Backoff,
        Slow,
    }
}
