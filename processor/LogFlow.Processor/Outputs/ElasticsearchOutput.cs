using System.Text;
using LogFlow.Processor.DeadLetters;
using LogFlow.Processor.Elasticsearch;
using LogFlow.Processor.Execution;
using LogFlow.Processor.Pipeline;
using Microsoft.Extensions.Logging;

namespace LogFlow.Processor.Outputs;

/// <summary>
/// Output <c>elasticsearch</c>: documents with ids made of their queue offsets, so that what is sent twice is stored
/// once. What the server refuses for good is dead-lettered before the batch counts as done.
/// </summary>
internal sealed class ElasticsearchOutput : Output
{
    private const int DocumentBytesExpected = 800;

    private readonly ElasticsearchOutputOptions _options;
    private readonly ElasticsearchClient _client;
    private readonly BulkSender _sender;
    private readonly OutageReport _outage;
    private readonly IndexSetup? _setup;
    private readonly DocumentTarget? _dataStreams;
    private int _setupDone;

    public ElasticsearchOutput(
        int index, string name, int batchesMax, ElasticsearchOutputOptions options, OutputServices services)
        : base(index, name, options.Lanes, KeepsOrder(options), batchesMax)
    {
        _options = options;
        var logger = services.Loggers.CreateLogger<ElasticsearchOutput>();
        _client = new ElasticsearchClient(options.Server, services.Time);
        _outage = new OutageReport("Elasticsearch", services.Time, logger);
        _sender = new BulkSender(
            _client, options.DataStream is not null, _outage, services.Time, metrics: services.Elasticsearch);
        _dataStreams = options.DataStream is null ? null : new DocumentTarget(options.DataStream);
        _setup = options.ManageTemplate && _dataStreams is not null ? new IndexSetup(_client, logger) : null;
    }

    public override string? LastError => _outage.LastError;

    public override DateTimeOffset? WaitingSince => _outage.WaitingSince;

    public override long Failures => _outage.Failures;

    protected override int WriteBytesMax => (int)Math.Min(8 * 1024 * 1024, _sender.BytesMax);

    public override OutputPart CreatePart(int recordCount) =>
        new BulkPart(new BulkRequest(Math.Min(recordCount, 4096) * DocumentBytesExpected));

    public override void Encode(Event item, in EventContext context, OutputPart part)
    {
        var request = ((BulkPart)part).Request;
        DocumentTarget.SetIngested(item, context.Now);
        var index = _dataStreams is not null
            ? _dataStreams.Choose(item).Utf8
            : Encoding.UTF8.GetBytes(_options.Index.Format(item, context.Now));
        Span<byte> derived = stackalloc byte[PartitionIdentity.DocumentIdBytesMax];
        ReadOnlySpan<byte> id = _options.DocumentId is { } template
            ? Encoding.UTF8.GetBytes(template.Format(item, context.Now))
            : derived[..context.WriteDocumentId(derived)];
        request.BeginItem(
            _options.Action, index, id, Fill(_options.Pipeline, item, context), Fill(_options.Routing, item, context));
        if (_options.Action != BulkAction.Delete)
        {
            item.WriteJson(request);
        }

        request.EndItem(context.Offset);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _client.DisposeAsync();
    }

    protected override async Task WriteAsync(List<InFlightBatch> batches, CancellationToken cancellationToken)
    {
        await EnsureTemplatesAsync(cancellationToken);
        var items = Collect(batches);
        if (items.Length > 0)
        {
            var results = await _sender.SendAsync(items, _options.Action, cancellationToken);
            HandOverRefused(batches, results);
        }

        foreach (var batch in batches)
        {
            batch.OutputDone();
        }
    }

    /// <summary>
    /// Documents with ids of ours that are only ever created may arrive in any order; with ids or actions of the
    /// user's the last one wins, so their order matters.
    /// </summary>
    private static bool KeepsOrder(ElasticsearchOutputOptions options) =>
        options.DocumentId is not null || options.Action != BulkAction.Create;

    private static byte[]? Fill(EventTemplate? template, Event item, in EventContext context) =>
        template is null ? null : Encoding.UTF8.GetBytes(template.Format(item, context.Now));

    private async Task EnsureTemplatesAsync(CancellationToken cancellationToken)
    {
        if (_setup is null || Volatile.Read(ref _setupDone) != 0)
        {
            return;
        }

        // A server that does not answer is asked again with the next bulk, which reports the outage.
        if (await _setup.EnsureAsync(_dataStreams!.Default.ToString(), cancellationToken))
        {
            Volatile.Write(ref _setupDone, 1);
        }
    }

    private BulkItemRef[] Collect(List<InFlightBatch> batches)
    {
        var count = 0;
        foreach (var batch in batches)
        {
            count += batch.GetPart(Index)?.Count ?? 0;
        }

        var items = new BulkItemRef[count];
        var next = 0;
        foreach (var batch in batches)
        {
            if (batch.GetPart(Index) is BulkPart part)
            {
                for (var item = 0; item < part.Count; item++)
                {
                    items[next++] = new BulkItemRef(part.Request, item);
                }
            }
        }

        return items;
    }

    /// <summary>What is refused goes its own way; the next bulk does not wait for it.</summary>
    private void HandOverRefused(List<InFlightBatch> batches, BulkItemResult[] results)
    {
        var next = 0;
        foreach (var batch in batches)
        {
            List<DeadLetter>? letters = null;
            if (batch.GetPart(Index) is not BulkPart part)
            {
                continue;
            }

            for (var item = 0; item < part.Count; item++)
            {
                var result = results[next++];
                if (result.Outcome == BulkOutcome.DeadLetter)
                {
                    (letters ??= []).Add(MakeLetter(batch, part, item, result));
                }
            }

            if (letters is not null)
            {
                batch.HandOver(letters);
            }
        }
    }

    private DeadLetter MakeLetter(InFlightBatch batch, BulkPart part, int item, in BulkItemResult result) => new(
        batch.GetRecord(part.Request.GetTag(item)),
        batch.Window.TopicPartition,
        DeadLetterStage.Output,
        Name,
        $"{result.Status} {result.ErrorType}: {result.ErrorReason}")
    {
        TopicId = batch.Window.Identity.TopicId,
    };
}
