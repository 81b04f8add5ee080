using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary><c>_search</c>, <c>_msearch</c> and <c>_count</c>.</summary>
internal sealed class SearchEndpoint(StoreEngine engine, StoreMetrics metrics, TimeProvider time)
{
    private static readonly string[] SearchKeys =
    [
        "q", "df", "default_operator", "size", "from", "sort", "_source", "_source_includes", "_source_excludes",
        "track_total_hits", "request_cache", "batched_reduce_size", "ccs_minimize_roundtrips", "search_type",
        "max_concurrent_shard_requests", "pre_filter_shard_size", "analyze_wildcard", "lenient",
        "rest_total_hits_as_int", "allow_partial_search_results", "ignore_throttled",
    ];

    private const int ManyAnswerBytesMax = 64 << 20;

    private readonly Searcher _searcher = new(engine, time);

    public async Task SearchAsync(HttpContext context, string? index, RequestBody body)
    {
        var url = new UrlParameters(context.Request);
        url.Check(SearchKeys);
        var data = await body.ReadAsync();
        using var deadline = _searcher.Begin();
        using var json = Parse(data);
        var output = new ArrayBufferWriter<byte>(4096);
        await RunAsync(output, index, json?.RootElement, url,
            new RunOptions(url.Indices, url.Get("allow_partial_search_results") != "false", IsPartOfMany: false),
            deadline, context.RequestAborted);
        await HttpAnswer.BytesAsync(context, 200, output.WrittenMemory);
    }

    public async Task CountAsync(HttpContext context, string? index, RequestBody body)
    {
        var url = new UrlParameters(context.Request);
        url.Check("q", "df", "default_operator", "analyze_wildcard", "lenient", "ignore_throttled");
        var data = await body.ReadAsync();
        using var deadline = _searcher.Begin();
        using var json = Parse(data);
        using var snapshot = engine.AcquireSnapshot();
        var indices = IndexResolver.Resolve(index, snapshot.Contents, url.Indices);
        var query = new SearchRequestParser(NowMs(), snapshot.Contents.Fields.ContainsKey)
            .ParseCount(json?.RootElement, Parameters(url));
        var result = await _searcher.SearchAsync(snapshot, new SearchRequest
        {
            Query = IndexResolver.Limit(query, indices),
            Size = 0,
            Sort = [new SortField(FieldNames.Timestamp, true, false)],
            TotalHitsMax = long.MaxValue,
        }, deadline, context.RequestAborted);
        if (result.IsTimedOut)
        {
            throw new QueryException("timeout_exception", "the count took longer than search.timeout", 503);
        }

        await HttpAnswer.JsonAsync(context, 200, output =>
        {
            output.WriteNumber("count", result.Total);
            WriteShards(output, result);
        });
    }

    /// <summary>Several searches in one body: a header line and a search line each.</summary>
    public async Task MultiSearchAsync(HttpContext context, string? index, RequestBody body)
    {
        var url = new UrlParameters(context.Request);
        url.Check("max_concurrent_searches", "max_concurrent_shard_requests", "ccs_minimize_roundtrips", "search_type",
            "rest_total_hits_as_int", "pre_filter_shard_size");
        var started = time.GetTimestamp();
        var responses = new List<ReadOnlyMemory<byte>>();
        var lines = Lines(await body.ReadAsync());
        if (lines.Count % 2 != 0)
        {
            throw new QueryException("illegal_argument_exception", "the last header of the multi-search has no search");
        }

        // Their answers are all held until the last is there: they share one deadline and one limit of bytes.
        using var deadline = _searcher.Begin();
        var left = ManyAnswerBytesMax;
        for (var i = 0; i < lines.Count; i += 2)
        {
            var response = await OneOfManyAsync(
                lines[i], lines[i + 1], index, url, left > 0, deadline, context.RequestAborted);
            left -= response.Length;
            responses.Add(response);
        }

        await HttpAnswer.JsonAsync(context, 200, output =>
        {
            output.WriteNumber("took", (long)time.GetElapsedTime(started).TotalMilliseconds);
            output.WriteStartArray("responses");
            foreach (var response in responses)
            {
                output.WriteRawValue(response.Span, skipInputValidation: true);
            }

            output.WriteEndArray();
        });
    }

    private async Task<ReadOnlyMemory<byte>> OneOfManyAsync(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> search,
        string? index, UrlParameters url, bool hasRoom, SearchDeadline deadline, CancellationToken cancellation)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        try
        {
            if (!hasRoom)
            {
                throw new QueryException("circuit_breaking_exception",
                    $"[request] Data too large: the answers before this one take {ManyAnswerBytesMax} bytes", 429);
            }

            using var head = Parse(header);
            using var body = Parse(search);
            var options = url.Indices;
            var allowsPartial = url.Get("allow_partial_search_results") != "false";
            foreach (var property in head?.RootElement.EnumerateObject() ?? default)
            {
                switch (property.Name)
                {
                    case "index" or "indices":
                        index = string.Join(',', Json.Strings(property.Value, "index"));
                        break;
                    case "ignore_unavailable":
                        options = options with { IgnoresMissing = Json.Bool(property.Value, "ignore_unavailable") };
                        break;
                    case "allow_no_indices":
                        options = options with { AllowsNone = Json.Bool(property.Value, "allow_no_indices") };
                        break;
                    case "expand_wildcards":
                        options = options with
                        {
                            Expands = IndexOptions.ReadExpands(
                                Json.Strings(property.Value, property.Name).SelectMany(value => value.Split(','))),
                        };
                        break;
                    case "allow_partial_search_results":
                        allowsPartial = Json.Bool(property.Value, "allow_partial_search_results");
                        break;
                    case "search_type" or "preference" or "request_cache" or "ignore_throttled"
                        or "max_concurrent_shard_requests":
                        break;
                    default:
                        throw new QueryException("illegal_argument_exception",
                            $"key [{property.Name}] is not supported in the metadata section");
                }
            }

            await RunAsync(output, index, body?.RootElement, url, new RunOptions(options, allowsPartial, true),
                deadline, cancellation);
        }
        catch (QueryException error)
        {
            output = new ArrayBufferWriter<byte>(256);
            using var json = new Utf8JsonWriter(output);
            json.WriteStartObject();
            HttpAnswer.WriteError(json, error.Status, error.Type, error.Message);
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private async Task RunAsync(ArrayBufferWriter<byte> output, string? index, JsonElement? body, UrlParameters url,
        RunOptions options, SearchDeadline deadline, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        using var snapshot = engine.AcquireSnapshot();
        var indices = IndexResolver.Resolve(index, snapshot.Contents, options.Indices);
        var parsed = new SearchRequestParser(NowMs(), field => IsMapped(snapshot, indices, field))
            .Parse(body, options.IsPartOfMany ? new SearchParameters() : Parameters(url));
        var request = new SearchRequest
        {
            Query = IndexResolver.Limit(parsed.Query, indices),
            From = parsed.From,
            Size = parsed.Size,
            Sort = parsed.Sort,
            IsDefaultSort = parsed.IsDefaultSort,
            SearchAfter = parsed.SearchAfter,
            Source = parsed.Source,
            TotalHitsMax = parsed.TotalHitsMax,
            Aggregations = parsed.Aggregations,
            Fields = parsed.Fields,
            Highlight = parsed.Highlight,
            Timeout = parsed.Timeout,
        };
        var result = await _searcher.SearchAsync(snapshot, request, deadline, cancellation);
        if (!options.AllowsPartial && (result.IsTimedOut || result.Failures.Count > 0))
        {
            throw new QueryException("search_phase_execution_exception", "Partial shards failure: "
                + (result.IsTimedOut ? "the search took longer than its timeout" : result.Failures[0]), 503);
        }

        var elapsed = time.GetElapsedTime(started);
        metrics.SearchDuration.Record(elapsed.TotalSeconds);
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
        json.WriteStartObject();
        json.WriteNumber("took", (long)elapsed.TotalMilliseconds);
        json.WriteBoolean("timed_out", result.IsTimedOut);
        WriteShards(json, result);
        SearchResultWriter.Write(json, request, result, url.IsTrue("rest_total_hits_as_int"),
            new AggregationAnswer(url.IsTrue("typed_keys"), snapshot.Contents));
        if (options.IsPartOfMany)
        {
            json.WriteNumber("status", 200);
        }

        json.WriteEndObject();
    }

    /// <summary>One shard; damaged parts of it are failures, and the rest was still searched.</summary>
    private static void WriteShards(Utf8JsonWriter json, SearchResult result)
    {
        json.WriteStartObject("_shards");
        json.WriteNumber("total", 1);
        json.WriteNumber("successful", 1);
        json.WriteNumber("skipped", 0);
        json.WriteNumber("failed", result.Failures.Count > 0 ? 1 : 0);
        if (result.Failures.Count > 0)
        {
            json.WriteStartArray("failures");
            foreach (var failure in result.Failures.Take(10))
            {
                json.WriteStartObject();
                json.WriteNumber("shard", 0);
                json.WriteStartObject("reason");
                json.WriteString("type", "corrupt_index_exception");
                json.WriteString("reason", failure);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static SearchParameters Parameters(UrlParameters url)
    {
        return new SearchParameters
        {
            Query = url.Get("q"),
            DefaultField = url.Get("df"),
            IsAnd = url.Get("default_operator")?.ToUpperInvariant() switch
            {
                null or "OR" => false,
                "AND" => true,
                var other => throw new QueryException("illegal_argument_exception", $"[{other}] is no operator"),
            },
            From = url.GetInt("from"),
            Size = url.GetInt("size"),
            Sort = url.Get("sort"),
            Source = url.Source,
            TrackTotalHits = url.Get("track_total_hits") switch
            {
                null => url.IsTrue("rest_total_hits_as_int") ? long.MaxValue : null,
                "" or "true" => long.MaxValue,
                "false" => -1,
                _ => Math.Max(0, url.GetInt("track_total_hits") ?? 0),
            },
        };
    }

    /// <summary>What a search takes from its URL, or from its header among many.</summary>
    private readonly record struct RunOptions(IndexOptions Indices, bool AllowsPartial, bool IsPartOfMany);

    /// <summary>A JSON body; null: there is none.</summary>
    /// <exception cref="QueryException">It is not valid JSON.</exception>
    internal static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        if (body.Span.Trim(" \r\n\t"u8).IsEmpty)
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 256 });
        }
        catch (JsonException error)
        {
            throw QueryException.Parsing($"the body is not valid JSON: line {error.LineNumber + 1}, byte "
                + $"{error.BytePositionInLine + 1}");
        }
    }

    private static List<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> body)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            lines.Add(end < 0 ? body : body[..end]);
            body = end < 0 ? default : body[(end + 1)..];
        }

        return lines;
    }

    /// <summary>Whether one of the indices that are searched has the field.</summary>
    private bool IsMapped(SearchSnapshot snapshot, IReadOnlyCollection<string>? indices, string field) =>
        snapshot.Contents.Fields.ContainsKey(field)
        && (indices is null || indices.Count == snapshot.Contents.Indices.Count
            || IndexContents.HasField(snapshot, indices, field, engine.ReportCorrupt));

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
