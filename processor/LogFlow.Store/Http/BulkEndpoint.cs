using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary><c>_bulk</c>, and the positions of LogFlow's processor.</summary>
internal sealed class BulkEndpoint(
    StoreEngine engine, StoreSecret secret, StoreMetrics metrics, TimeProvider time)
{
    public const string PositionsHeader = "X-LogFlow-Positions";
    public const string DurableHeader = "X-LogFlow-Durable";

    /// <summary>What short answers hold: what our processor, Beats and Logstash ask for, and nothing besides.</summary>
    private static readonly HashSet<string> ShortFilter = ["errors", "items.*.status", "items.*.error"];

    public async Task BulkAsync(HttpContext context, string? index, RequestBody body)
    {
        var url = new UrlParameters(context.Request);
        url.Check("refresh", "require_data_stream", "require_alias", "pipeline",
            "wait_for_active_shards",
            "include_source_on_error", "list_executed_pipelines");
        var isShort = IsShort(url.Get("filter_path"));
        var started = time.GetTimestamp();
        var claims = ReadClaims(context.Request);
        var data = await body.ReadAsync();
        metrics.BulkBytes.Add(data.Length);
        var parser = new BulkParser(data, index, url.Get("pipeline"), url.IsTrue("require_alias"));
        using var request = parser.TryParse(claims)
            ?? throw new QueryException("illegal_argument_exception", parser.Problem);
        RefuseForbidden(request, IndexAccess.Of(context));
        var outcome = await engine.IngestAsync(request, context.RequestAborted);
        if (outcome.Result != IngestResult.Done)
        {
            await RefuseAsync(context, outcome);
            return;
        }

        var elapsed = time.GetElapsedTime(started);
        metrics.BulkDuration.Record(elapsed.TotalSeconds);
        if (request.Claims is not null)
        {
            SetDurable(context, request.Claims);
        }

        var output = new ByteWriter(128 + (request.Count * (isShort ? 32 : 256)));
        WriteResult(output, request, (long)elapsed.TotalMilliseconds, isShort);
        await (isShort
            ? HttpAnswer.FilteredAsync(context, 200, output.WrittenMemory)
            : HttpAnswer.BytesAsync(context, 200, output.WrittenMemory));
    }

    /// <summary><c>GET /_logflow/positions</c>, and <c>POST /_logflow/flush</c> after the flush.</summary>
    public Task PositionsAsync(HttpContext context)
    {
        secret.Demand(context.Request);
        SetDurable(context, null);
        return HttpAnswer.JsonAsync(context, 200, json =>
        {
            json.WriteStartObject("positions");
            foreach (var (position, durable) in engine.Positions.GetAll())
            {
                json.WriteStartObject(PositionTable.Key(position));
                json.WriteNumber("next", position.Next);
                json.WriteNumber("durable", durable);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    public async Task FlushAsync(HttpContext context)
    {
        secret.Demand(context.Request);
        await engine.FlushAsync(context.RequestAborted);
        await PositionsAsync(context);
    }

    /// <summary>
    /// Items for indices that the sender may not write to. Whoever brings positions has proven to be LogFlow's
    /// processor, which may write to all of them.
    /// </summary>
    private static void RefuseForbidden(BulkItems request, IndexAccess access)
    {
        if (access.IsUnlimited || request.Claims is not null)
        {
            return;
        }

        BulkIndex? last = null;
        var isAllowed = false;
        foreach (ref var item in request.Items)
        {
            if (item.Index != last)
            {
                (last, isAllowed) = (item.Index, access.May(item.Index!.Name));
            }

            if (!isAllowed)
            {
                item.RefusedStatus = StatusCodes.Status403Forbidden;
                item.Problem = new DocumentProblem("security_exception", access.Reason(last!.Name));
            }
        }
    }

    private PositionClaim[]? ReadClaims(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(PositionsHeader, out var header))
        {
            return null;
        }

        secret.Demand(request);

        return PositionClaim.Parse(header.ToString()) ?? throw new QueryException("illegal_argument_exception",
            $"{PositionsHeader} must be <topic id>:<partition>:<first>:<next>[:b],... but is [{header}]");
    }

    private static bool IsShort(string? filter) => filter is not null && ShortFilter.SetEquals(filter.Split(','));

    private void SetDurable(HttpContext context, PositionClaim[]? claims) =>
        context.Response.Headers[DurableHeader] = engine.Positions.FormatDurable(claims);

    private Task RefuseAsync(HttpContext context, IngestOutcome outcome)
    {
        switch (outcome.Result)
        {
            case IngestResult.PositionGap:
                return HttpAnswer.JsonAsync(context, 412, WriteGap);
            case IngestResult.Busy or IngestResult.DiskLow:
                context.Response.Headers.RetryAfter = "1";
                return HttpAnswer.ErrorAsync(context, 429, "es_rejected_execution_exception", outcome.Reason);
            case IngestResult.BadClaim:
                return HttpAnswer.ErrorAsync(context, 400, "illegal_argument_exception", outcome.Reason);
            default:
                return HttpAnswer.ErrorAsync(context, 503, "unavailable_shards_exception", outcome.Reason);
        }

        void WriteGap(Utf8JsonWriter json)
        {
            json.WriteStartObject("error");
            json.WriteString("type", "logflow_position_gap");
            json.WriteString("reason", outcome.Reason);
            json.WriteEndObject();
            json.WriteStartObject("positions");
            foreach (var (position, _) in engine.Positions.GetAll())
            {
                json.WriteNumber(PositionTable.Key(position), position.Next);
            }

            json.WriteEndObject();
            json.WriteNumber("status", 412);
        }
    }

    private static void WriteResult(ByteWriter output, BulkItems request, long tookMs, bool isShort)
    {
        var errors = false;
        foreach (ref readonly var item in request.Items)
        {
            errors |= item.Status >= 300;
        }

        Write(output, isShort ? "{" : $"{{\"took\":{tookMs},");
        Write(output, $"\"errors\":{(errors ? "true" : "false")},\"items\":[");
        var isFirst = true;
        foreach (ref readonly var item in request.Items)
        {
            if (!isFirst)
            {
                output.WriteByte((byte)',');
            }

            isFirst = false;
            if (isShort && item.Status == 201 && item.Operation == BulkOperation.Create)
            {
                output.Write("{\"create\":{\"status\":201}}"u8);
                continue;
            }

            WriteItem(output, request, item, isShort);
        }

        output.Write("]}"u8);
    }

    private static void WriteItem(ByteWriter output, BulkItems request, in BulkItem item, bool isShort)
    {
        var operation = item.Operation switch
        {
            BulkOperation.Create => "create",
            BulkOperation.Index => "index",
            BulkOperation.Delete => "delete",
            _ => "update",
        };
        Write(output, $"{{\"{operation}\":{{");
        var id = item.HasId ? Encoding.UTF8.GetString(item.Id(request.Body.Span))
            : RowIds.FormatSequence(item.Sequence);
        if (!isShort)
        {
            output.Write("\"_index\":"u8);
            JsonValueWriter.WriteString(output, item.Index!.Utf8);
            output.Write(",\"_id\":"u8);
            JsonValueWriter.WriteString(output, Encoding.UTF8.GetBytes(id));
            output.WriteByte((byte)',');
        }

        if (item.Status == 201 && !isShort)
        {
            Write(output,
                "\"_version\":1,\"result\":\"created\",\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0},"
                + $"\"_seq_no\":{item.Sequence.ToString(CultureInfo.InvariantCulture)},\"_primary_term\":1,");
        }

        Write(output, $"\"status\":{item.Status}");
        if (item.Status >= 300)
        {
            var problem = item.Status == 409
                ? new DocumentProblem("version_conflict_engine_exception",
                    $"[{id}]: version conflict, document already exists (current version [1])")
                : item.Problem;
            output.Write(",\"error\":{\"type\":"u8);
            JsonValueWriter.WriteString(output, Encoding.UTF8.GetBytes(problem.Type));
            output.Write(",\"reason\":"u8);
            JsonValueWriter.WriteString(output, Encoding.UTF8.GetBytes(problem.Reason));
            output.WriteByte((byte)'}');
        }

        output.Write("}}"u8);
    }

    private static void Write(ByteWriter output, string text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}
