using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store;

/// <summary>Finds the endpoint of a request, and turns exceptions into answers of Elasticsearch's shape.</summary>
internal sealed partial class StoreRouter(
    BulkEndpoint bulk, SearchEndpoint search, DocumentEndpoint documents, FieldsEndpoint fields,
    CatalogEndpoint catalog, TemplateEndpoint templates, SecurityEndpoint security, BodyReader bodies,
    ILogger logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        HttpAnswer.SetProduct(context);
        try
        {
            using var body = bodies.Open(context);
            await RouteAsync(context, body);
        }
        catch (QueryException error)
        {
            if (error.Status == 429)
            {
                context.Response.Headers.RetryAfter = "1";
            }

            await HttpAnswer.ErrorAsync(context, error.Status, error.Type, error.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: there is nobody to answer.
        }
        catch (BadHttpRequestException error)
        {
            await HttpAnswer.ErrorAsync(context, error.StatusCode, "illegal_argument_exception", error.Message);
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            Log.RequestFailed(logger, error, context.Request.Method, context.Request.Path);
            await HttpAnswer.ErrorAsync(context, 500, "logflow_internal_error", error.Message);
        }
    }

    private Task RouteAsync(HttpContext context, RequestBody body)
    {
        var parts = RequestPath.Split(context);
        if (parts.Length == 0)
        {
            return Only(context, "GET HEAD", () => catalog.RootAsync(context));
        }

        if (parts[0] is ['_', ..] and not "_all")
        {
            return RouteApiAsync(context, body, null, parts);
        }

        if (parts.Length == 1)
        {
            IndexAccess.Of(context).Looks("indices:admin/get");
        }

        return parts.Length == 1
            ? Only(context, "GET HEAD", () => HttpMethods.IsHead(context.Request.Method)
                ? catalog.ExistsAsync(context, parts[0], isDataStream: false)
                : catalog.IndexAsync(context, parts[0]))
            : RouteApiAsync(context, body, parts[0], parts[1..]);
    }

    private Task RouteApiAsync(HttpContext context, RequestBody body, string? index, string[] parts)
    {
        var access = IndexAccess.Of(context);
        switch (parts)
        {
            case ["_bulk"]:
                access.Writes("indices:data/write/bulk");
                return Only(context, "POST PUT", () => bulk.BulkAsync(context, index, body));
            case ["_search"] when context.Request.Query.ContainsKey("scroll"):
                throw QueryException.Unsupported("[scroll] (use search_after)");
            case ["_search"]:
                access.Reads("indices:data/read/search");
                return Only(context, "GET POST", () => search.SearchAsync(context, index, body));
            case ["_msearch"]:
                access.Reads("indices:data/read/msearch");
                return Only(context, "GET POST", () => search.MultiSearchAsync(context, index, body));
            case ["_count"]:
                access.Reads("indices:data/read/search");
                return Only(context, "GET POST", () => search.CountAsync(context, index, body));
            case ["_refresh" or "_flush"]:
                access.Looks("indices:admin/refresh");
                return Only(context, "GET POST", () => catalog.RefreshAsync(context, index));
            case ["_mapping" or "_mappings"]:
                access.Reads("indices:admin/mappings/get");
                return Only(context, "GET", () => fields.MappingAsync(context, index));
            case ["_field_caps"]:
                access.Reads("indices:data/read/field_caps");
                return Only(context, "GET POST", () => fields.FieldCapsAsync(context, index, body));
            case ["_doc", var id] when index is not null:
                access.Reads("indices:data/read/get");
                return Only(context, "GET HEAD", () => documents.GetAsync(context, index, id));
            case ["_source", var id] when index is not null:
                access.Reads("indices:data/read/get");
                return Only(context, "GET HEAD", () => documents.GetSourceAsync(context, index, id));
        }

        return index is null ? RouteServerAsync(context, body, parts) : throw NoHandler(context);
    }

    private Task RouteServerAsync(HttpContext context, RequestBody body, string[] parts)
    {
        switch (parts)
        {
            case ["_security", ..]:
                return security.Route(context, parts.AsSpan(1), body) ?? throw NoHandler(context);
            case ["_logflow", "positions"]:
                return Only(context, "GET", () => bulk.PositionsAsync(context));
            case ["_logflow", "flush"]:
                return Only(context, "POST", () => bulk.FlushAsync(context));
            case ["_cluster", "health", ..]:
                return Only(context, "GET HEAD", () => CatalogEndpoint.HealthAsync(context));
            case ["_cat", "indices", ..] when parts.Length <= 3:
                IndexAccess.Of(context).Looks("indices:monitor/stats");
                return Only(
                    context, "GET", () => catalog.CatIndicesAsync(context, parts.ElementAtOrDefault(2)));
            case ["_license"]:
                return Only(context, "GET HEAD", () => CatalogEndpoint.LicenseAsync(context));
            case ["_xpack"]:
                return Only(context, "GET HEAD", () => CatalogEndpoint.XpackAsync(context));
            case ["_nodes", .., "stats"]:
                return Only(context, "GET", () => catalog.NodesStatsAsync(context));
            case ["_nodes"] or ["_nodes", .., "http" or "info" or "_all" or "_local" or "os" or "process" or "plugins"]:
                return Only(context, "GET", () => CatalogEndpoint.NodesAsync(context));
            case ["_data_stream", ..] when parts.Length <= 2:
                IndexAccess.Of(context).Looks("indices:admin/data_stream/get");
                return Only(context, "GET HEAD", () => catalog.ExistsAsync(
                    context, parts.ElementAtOrDefault(1), isDataStream: true));
            case ["_index_template" or "_component_template", ..] when parts.Length <= 2:
                return templates.HandleAsync(context, parts[0], parts.ElementAtOrDefault(1), body);
            case ["_ilm", "policy", ..] or ["_ingest", "pipeline", ..] when parts.Length <= 3:
                return templates.HandleAsync(
                    context, $"{parts[0]}/{parts[1]}", parts.ElementAtOrDefault(2), body);
            default:
                throw NoHandler(context);
        }
    }

    private static Task Only(HttpContext context, string methods, Func<Task> handle)
    {
        if (methods.Split(' ').Contains(context.Request.Method))
        {
            return handle();
        }

        context.Response.Headers.Allow = methods.Replace(' ', ',');
        throw new QueryException("illegal_argument_exception",
            $"Incorrect HTTP method for uri [{context.Request.Path}] and method [{context.Request.Method}], "
            + $"allowed: [{methods}]", 405);
    }

    private static QueryException NoHandler(HttpContext context) => new("illegal_argument_exception",
        $"no handler found for uri [{context.Request.Path}] and method [{context.Request.Method}]");

    private static partial class Log
    {
        [LoggerMessage(7030, LogLevel.Error, "{Method} {Path} failed.")]
        public static partial void RequestFailed(ILogger logger, Exception error, string method, string path);
    }
}
