using System.Text.Json;
using LogFlow.Processor.Elasticsearch;
using Microsoft.Extensions.Logging;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace LogFlow.Processor;

/// <summary>
/// Output <c>store</c>: LogFlow's embedded store over HTTP. Each bulk says which queue offsets it covers; the store
/// keeps the next offset per partition, in memory for what is searchable and on disk with each segment. The queue is
/// the store's write-ahead log: offsets are committed only as far as the store says they are durable, and when it has
/// lost what was only in memory (412) reading goes back to where it stands.
/// </summary>
internal sealed class StoreOutput : Output
{
    public const string SecretHeader = "X-LogFlow-Secret";

    private const string PositionsHeader = "X-LogFlow-Positions";
    private const string DurableHeader = "X-LogFlow-Durable";

    private readonly ElasticsearchConnection _connection;
    private readonly OutageReport _outage;
    private readonly BackoffPolicy _backoff;
    private readonly TimeProvider _time;
    private readonly OutputServices _services;
    private readonly DocumentTarget _dataStreams;
    private readonly StorePositions _positions = new();

    /// <summary>What a document took lately: sizes the next part, so that it need not grow. Any thread.</summary>
    private int _itemBytes = 800;

    public StoreOutput(
        int index, string name, int batchesMax, ElasticsearchOptions server, DataStreamOptions dataStreams,
        OutputServices services)
        : base(index, name, laneCount: 1, keepsOrder: true, batchesMax)
    {
        _services = services;
        _time = services.Time;
        _connection = new ElasticsearchConnection(server);
        _outage = new OutageReport("The store", services.Time, services.Loggers.CreateLogger<StoreOutput>());
        _backoff = new BackoffPolicy(server.RetryInitialInterval, server.RetryMaxInterval);
        _dataStreams = new DocumentTarget(dataStreams);
    }

    public override bool WantsEmptyBatches => true;

    public override string? LastError => _outage.LastError;

    public override DateTimeOffset? WaitingSince => _outage.WaitingSince;

    public override long Failures => _outage.Failures;

    /// <summary>A store is near: more requests cost little, and large ones cost memory on both sides.</summary>
    protected override int WriteBytesMax => 2 * 1024 * 1024;

    public override OutputPart CreatePart(int recordCount) =>
        new BulkPart(
            BulkRequest.Rent(_services.BulkPool, Math.Min(recordCount, 4096) * (_itemBytes + (_itemBytes / 8))));

    public override void Encode(EventView item, in EventContext context, OutputPart part)
    {
        var bulk = (BulkPart)part;
        var target = _dataStreams.Choose(item);
        Span<byte> id = stackalloc byte[PartitionIdentity.DocumentIdBytesMax];
        var length = context.WriteDocumentId(id);
        bulk.Request.BeginItem(BulkAction.Create, target.Utf8, id[..length]);
        _dataStreams.WriteDocument(item, target, context.Now, bulk);
        bulk.Request.EndItem(context.Offset);
    }

    public override async ValueTask<long?> ResolveStartAsync(
        PartitionIdentity partition, CancellationToken cancellationToken)
    {
        var retries = new Retries(_backoff, _time);
        while (true)
        {
            if (await TryLoadPositionsAsync(HttpMethod.GET, "/_logflow/positions", cancellationToken) is { } known)
            {
                return known.TryGetValue(partition.PositionKey, out var position)
                    ? _positions.Begin(partition.PositionKey, position.Next, position.Durable)
                    : _positions.BeginUnknown(partition.PositionKey);
            }

            await retries.WaitAsync(needsOperator: false, cancellationToken);
        }
    }

    public override long GetCommittable(PartitionIdentity partition, long doneOffset) =>
        _positions.GetCommittable(partition.PositionKey, doneOffset);

    public override async Task FlushAsync(CancellationToken cancellationToken) =>
        await TryLoadPositionsAsync(HttpMethod.POST, "/_logflow/flush", cancellationToken);

    public override async Task RefreshAsync(
        IReadOnlyList<PartitionWindow> windows, CancellationToken cancellationToken)
    {
        BulkMemory.TrimNowAndThen(_time);
        if (!_positions.HasUndurable)
        {
            return;
        }

        // Believed before asking: the store's position only grows, unless it has lost something.
        var believed = _positions.GetBelieved(windows);
        believed.RemoveAll(static entry => entry.Next < 0);
        if (await TryLoadPositionsAsync(HttpMethod.GET, "/_logflow/positions", cancellationToken) is { } known)
        {
            await _positions.GoBackAsync(believed, known.ToDictionary(entry => entry.Key, entry => entry.Value.Next));
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _connection.DisposeAsync();
    }

    protected override async Task WriteAsync(List<InFlightBatch> batches, CancellationToken cancellationToken)
    {
        var work = new Stack<List<StoreSlice>>();
        work.Push(StoreSlice.Of(batches, Index));
        var retries = new Retries(_backoff, _time);
        while (work.TryPop(out var slices))
        {
            slices.RemoveAll(static slice => slice.Batch.Window.IsClosed);
            if (!slices.Exists(static slice => slice.ItemCount > 0))
            {
                continue;
            }

            if (await SendAsync(slices, work, cancellationToken))
            {
                retries.Succeeded();
                continue;
            }

            work.Push(slices);
            await retries.WaitAsync(needsOperator: false, cancellationToken);
        }

        foreach (var batch in batches)
        {
            batch.OutputDone();
        }
    }

    /// <summary>
    /// One request. True: the slices are dealt with (or pushed back in parts); false: the same again.
    /// </summary>
    private async Task<bool> SendAsync(
        List<StoreSlice> slices, Stack<List<StoreSlice>> work, CancellationToken cancellationToken)
    {
        var items = StoreSlice.Items(slices);
        if (slices[0] is { ItemCount: > 0, Request: { } request })
        {
            _itemBytes = Math.Clamp(request.SizeInBytes / request.Count, 256, 4096);
        }

        var header = new KeyValuePair<string, string>(PositionsHeader, _positions.MakeHeader(slices));
        using var response = await _connection.SendBulkAsync(
            "/_bulk?filter_path=errors,items.*.status,items.*.error", items, [header], cancellationToken);
        switch (response.Status)
        {
            case >= 200 and < 300:
                return Accept(slices, items.Length, response);
            case 412:
                return await HandleGapAsync(slices, work, response);
            case 413 or 400:
                Split(slices, work, response);
                return true;
            default:
                var (type, reason) = response.ReadError();
                var isRefusal = response.Status is >= 300 and < 500 and not (408 or 429);
                _outage.Failed(
                    response.Node,
                    response.Failure ?? $"HTTP {response.Status} {type}: {reason}",
                    needsOperator: isRefusal);
                return false;
        }
    }

    private bool Accept(List<StoreSlice> slices, int itemCount, ElasticsearchResponse response)
    {
        var results = new BulkItemResult[itemCount];
        if (!BulkResponseReader.TryRead(response.Body.Span, results))
        {
            _outage.Failed(response.Node, "its answer does not account for the documents sent", needsOperator: false);
            return false;
        }

        StoreSlice.HandOverRefused(slices, results, Name);
        _positions.Sent(slices);
        _positions.Durable(response.GetHeader(DurableHeader));
        _outage.Succeeded();
        return true;
    }

    /// <summary>
    /// The store does not have what comes before: its tail is gone with its process, or its data altogether. Reading
    /// goes back for the partitions concerned; the others are sent again.
    /// </summary>
    private async Task<bool> HandleGapAsync(
        List<StoreSlice> slices, Stack<List<StoreSlice>> work, ElasticsearchResponse response)
    {
        var stands = ReadGap(response);
        if (stands is null || !await _positions.GoBackAsync(_positions.GetBelieved(StoreSlice.Windows(slices)), stands))
        {
            var (type, reason) = response.ReadError();
            _outage.Failed(response.Node, $"HTTP 412 {type}: {reason}", needsOperator: false);
            return false;
        }

        work.Push(slices);
        return true;
    }

    /// <summary>Halves what was refused as a whole; a record alone is dead-lettered.</summary>
    private void Split(List<StoreSlice> slices, Stack<List<StoreSlice>> work, ElasticsearchResponse response)
    {
        if (StoreSlice.TryHalve(slices, out var first, out var second))
        {
            work.Push(second);
            work.Push(first);
            return;
        }

        var (type, reason) = response.ReadError();
        var refused = new BulkItemResult(response.Status, BulkOutcome.DeadLetter, type, reason);
        var results = Enumerable.Repeat(refused, slices.Sum(slice => slice.ItemCount)).ToArray();
        StoreSlice.HandOverRefused(slices, results, Name);
    }

    private async Task<Dictionary<string, (long Next, long Durable)>?> TryLoadPositionsAsync(
        HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var response = await _connection.SendAsync(method, path, cancellationToken: cancellationToken);
        if (response.IsSuccess && ReadPositions(response.Body) is { } known)
        {
            foreach (var (key, position) in known)
            {
                _positions.Durable(key, position.Durable);
            }

            return known;
        }

        var (type, reason) = response.ReadError();
        _outage.Failed(
            response.Node,
            response.Failure ?? $"{path}: HTTP {response.Status} {type}: {reason}",
            needsOperator: response.Status is >= 300 and < 500 and not 429);
        return null;
    }

    private static Dictionary<string, (long Next, long Durable)>? ReadPositions(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var result = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
            foreach (var entry in document.RootElement.GetProperty("positions").EnumerateObject())
            {
                result[entry.Name] =
                    (entry.Value.GetProperty("next").GetInt64(), entry.Value.GetProperty("durable").GetInt64());
            }

            return result;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }

    private static Dictionary<string, long>? ReadGap(ElasticsearchResponse response)
    {
        try
        {
            using var document = JsonDocument.Parse(response.Body);
            var result = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var entry in document.RootElement.GetProperty("positions").EnumerateObject())
            {
                result[entry.Name] = entry.Value.GetInt64();
            }

            return result;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }
}
