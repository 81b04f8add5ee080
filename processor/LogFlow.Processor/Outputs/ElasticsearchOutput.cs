using System.Text;
using LogFlow.Processor.Elasticsearch;
using LogFlow.Processor.Pipeline;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor;

/// <summary>
/// Output <c>elasticsearch</c>: documents with ids made of their queue offsets, so that what is sent twice is stored
/// once. What the server refuses for good is dead-lettered before the batch counts as done; what it refuses until an
/// operator acts waits apart.
/// </summary>
internal sealed class ElasticsearchOutput : Output
{
    private const int DocumentBytesExpected = 800;

    /// <summary>Of the input's budget, what documents may hold that wait for an operator.</summary>
    private const long ParkedBytesMax = 6 * 1024 * 1024;

    private readonly ElasticsearchOutputOptions _options;
    private readonly ElasticsearchConnection _connection;
    private readonly BulkSender _sender;
    private readonly OutageReport _outage;
    private readonly OutageReport _refusals;
    private readonly ParkedDocuments _parked = new(ParkedBytesMax);
    private readonly SetupGate? _gate;
    private readonly DocumentTarget? _dataStreams;
    private readonly BackoffPolicy _backoff;
    private readonly OutputServices _services;
    private readonly bool _keepsOrder;

    /// <summary>A template may be gone: the setup is to be looked at again.</summary>
    private volatile bool _isIndexMissing;

    public ElasticsearchOutput(
        int index, string name, int batchesMax, ElasticsearchOutputOptions options, OutputServices services)
        : base(index, name, options.Lanes, KeepsOrder(options), batchesMax)
    {
        _options = options;
        _services = services;
        _keepsOrder = KeepsOrder(options);
        var logger = services.Loggers.CreateLogger<ElasticsearchOutput>();
        _connection = new ElasticsearchConnection(options.Server);
        _outage = new OutageReport("Elasticsearch", services.Time, logger);
        _refusals = new OutageReport("Elasticsearch", services.Time, logger);
        _backoff = new BackoffPolicy(options.Server.RetryInitialInterval, options.Server.RetryMaxInterval);
        _sender = new BulkSender(
            _connection, options.DataStream is not null, _outage, services.Time, _backoff, services.Elasticsearch);
        _dataStreams = options.DataStream is null ? null : new DocumentTarget(options.DataStream);
        _gate = options.ManageTemplate && _dataStreams is not null
            ? new SetupGate(
                new IndexSetup(_connection, logger), _dataStreams.Default.ToString(), options.Server.Hosts[0], _outage,
                _backoff, services.Time)
            : null;
    }

    public override string? LastError =>
        _outage.WaitingSince is null && _refusals.WaitingSince is not null ? _refusals.LastError : _outage.LastError;

    public override DateTimeOffset? WaitingSince => _outage.WaitingSince ?? _refusals.WaitingSince;

    public override long Failures => _outage.Failures + _refusals.Failures;

    protected override int WriteBytesMax => (int)Math.Min(8 * 1024 * 1024, _sender.BytesMax);

    public override void Start()
    {
        base.Start();
        Work.Start($"{Name}: refused documents", SendParkedAsync);
    }

    public override OutputPart CreatePart(int recordCount) => new BulkPart(
        BulkRequest.Rent(_services.BulkPool, Math.Min(recordCount, 4096) * DocumentBytesExpected));

    public override void Encode(EventView item, in EventContext context, OutputPart part)
    {
        var bulk = (BulkPart)part;
        var target = _dataStreams?.Choose(item);
        var index = target?.Utf8 ?? Encoding.UTF8.GetBytes(IndexOf(item, context));
        Span<byte> derived = stackalloc byte[PartitionIdentity.DocumentIdBytesMax];
        ReadOnlySpan<byte> id = Fill("document_id", _options.DocumentId, item, context) is { } own
            ? own
            : derived[..context.WriteDocumentId(derived)];
        bulk.Request.BeginItem(
            _options.Action,
            index,
            id,
            Fill("pipeline", _options.Pipeline, item, context),
            Fill("routing", _options.Routing, item, context),
            _options.DocAsUpsert);
        if (_options.Action != BulkAction.Delete)
        {
            if (target is not null)
            {
                _dataStreams!.WriteDocument(item, target, context.Now, bulk);
            }
            else
            {
                item.WriteJson(bulk.Request, []);
            }
        }

        bulk.Request.EndItem(context.Offset);
    }

    public override Task RefreshAsync(IReadOnlyList<PartitionWindow> windows, CancellationToken cancellationToken)
    {
        BulkMemory.TrimNowAndThen(_services.Time);
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _gate?.Dispose();
        await _connection.DisposeAsync();
    }

    protected override async Task WriteAsync(List<InFlightBatch> batches, CancellationToken cancellationToken)
    {
        await _parked.WaitForRoomAsync(batches.Count, cancellationToken);
        if (_gate is not null)
        {
            await _gate.PassAsync(cancellationToken);
        }

        var delivery = BulkDelivery.Of(batches, Index);
        if (_keepsOrder)
        {
            delivery.RemoveAll(_parked.HasIndexOf, _parked.Add);
        }

        if (delivery.Count > 0)
        {
            var results = await _sender.SendAsync(delivery.Items(), _options.Action, cancellationToken, _keepsOrder);
            Settle(delivery, results, _parked.Add);
        }

        delivery.LaneDone();
    }

    /// <summary>
    /// Documents with ids of ours that are only ever created may arrive in any order; with ids or actions of the
    /// user's the last one wins, so their order matters.
    /// </summary>
    private static bool KeepsOrder(ElasticsearchOutputOptions options) =>
        options.DocumentId is not null || options.Action != BulkAction.Create;

    private static byte[]? Fill(string option, EventTemplate? template, EventView item, in EventContext context) =>
        template is null ? null : Encoding.UTF8.GetBytes(item.Fill(option, template, context.Now));

    private string IndexOf(EventView item, in EventContext context) => _options.TakesUnresolvedIndex
        ? item.Format(_options.Index, context.Now)
        : item.Fill("index", _options.Index, context.Now);

    /// <summary>
    /// Hands dead letters over, which go their own way, and what waits for an operator to <paramref name="park"/>.
    /// </summary>
    private void Settle(BulkDelivery delivery, BulkItemResult[] results, Action<BulkItemRef, InFlightBatch> park)
    {
        Dictionary<InFlightBatch, List<DeadLetter>>? letters = null;
        BulkItemResult? refused = null;
        for (var index = 0; index < results.Length; index++)
        {
            var (item, batch) = (delivery.ItemAt(index), delivery.BatchAt(index));
            if (results[index].Outcome == BulkOutcome.Refused)
            {
                park(item, batch);
                refused = results[index];
            }
            else if (results[index].Outcome == BulkOutcome.DeadLetter)
            {
                letters ??= [];
                if (!letters.TryGetValue(batch, out var ofBatch))
                {
                    letters.Add(batch, ofBatch = []);
                }

                ofBatch.Add(BulkDelivery.LetterFor(item, batch, results[index], Name));
            }
        }

        foreach (var (batch, ofBatch) in letters ?? [])
        {
            batch.HandOver(ofBatch);
        }

        if (refused is { } example)
        {
            _isIndexMissing |= example.Status == 404;
            _refusals.Failed(
                _options.Server.Hosts[0],
                $"documents wait apart, the others go on: {example.Status} {example.ErrorType}: {example.ErrorReason}",
                needsOperator: true);
        }
    }

    /// <summary>Sends again, slowly and for ever, what waits for an operator; the index setup is looked at
    /// before.</summary>
    private async Task SendParkedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _parked.WaitForSomeAsync(cancellationToken);
            var retries = new Retries(_backoff, _services.Time);
            while (_parked.Count > 0)
            {
                await retries.WaitAsync(needsOperator: false, cancellationToken);
                await SendParkedOnceAsync(cancellationToken);
            }

            _refusals.Succeeded();
        }
    }

    private async Task SendParkedOnceAsync(CancellationToken cancellationToken)
    {
        if (_gate is not null)
        {
            if (_isIndexMissing)
            {
                _isIndexMissing = false;
                _connection.ForgetServer();
                _gate.Reset();
            }

            await _gate.PassAsync(cancellationToken);
        }

        var (wanted, unwanted) = _parked.Snapshot();
        var results = await _sender.SendAsync(wanted.Items(), _options.Action, cancellationToken, _keepsOrder);
        var stay = new HashSet<BulkItemRef>();
        Settle(wanted, results, (item, _) => stay.Add(item));
        wanted.RemoveAll(stay.Contains);
        _parked.Remove(wanted);
        _parked.Remove(unwanted);
    }
}
