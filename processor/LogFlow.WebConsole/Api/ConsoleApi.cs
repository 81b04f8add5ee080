using System.Text.Json.Nodes;
using LogFlow.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LogFlow.WebConsole;

/// <summary>
/// What the page asks for, as JSON. Errors are <c>{code, message, column}</c>. Requests with a body must say that it is
/// JSON, which a page of another origin cannot without asking first.
/// </summary>
internal sealed class ConsoleApi(ConsoleOptions options, SearchBackend backend) : IDisposable
{
    private readonly DeadLettersPage _dead = new(options.DeadLetters);
    private readonly TryPage _try = new(options.Trial);

    private delegate Task<JsonObject> Answer(LogQuery query, JsonObject state, CancellationToken cancellationToken);

    /// <summary>Adds them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var search = new SearchPage(backend);
        var fields = new FieldsPage(backend);
        Post(routes, "/api/search", async (query, state, stop) =>
        {
            var page = await search.RunAsync(query, state, stop);
            page["hint"] = QueryHint.Find(query.Text);
            return page;
        });
        Post(routes, "/api/histogram", new HistogramPage(backend).RunAsync);
        Post(routes, "/api/fields", (query, _, stop) => fields.ListAsync(query, stop));
        Post(routes, "/api/values", fields.TopAsync);
        Post(routes, "/api/around", new AroundPage(backend).RunAsync);
        Post(routes, "/api/why", (query, _, stop) => new NoHits(backend).ExplainAsync(query, stop));
        Post(routes, "/api/document", DocumentAsync);
        Post(routes, "/api/live", new LivePage(backend, options.Time).RunAsync);
        Post(routes, "/api/dead/letters", (_, state, stop) => _dead.ReadAsync(state, stop));
        PostOf(routes, "/api/dead/replay", _dead.ReplayAsync);
        PostOf(routes, "/api/dead/purge", _dead.PurgeAsync);
        PostOf(routes, "/api/try", (_, state, stop) => _try.RunAsync(state, stop));
        routes.MapGet("/api/try", context => SendAsync(context, TryTextAsync));
        routes.MapGet("/api/dead", context => SendAsync(context, _dead.ListAsync));
        routes.MapGet("/api/health", context => SendAsync(context, HealthAsync));
        routes.MapGet("/api/config", context => SendAsync(context, ConfigAsync));
        routes.MapGet("/api/pipeline", context => SendAsync(context, PipelineAsync));
        routes.MapGet("/api/export", context => GuardedAsync(
            context, () => new ExportPage(backend, options).WriteAsync(context)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _dead.Dispose();
        _try.Dispose();
    }

    private Task<JsonObject> PipelineAsync(CancellationToken stop) => options.Pipeline is { } pipeline
        ? Task.FromResult(pipeline.DescribeParts())
        : throw new BackendException(
            404, "alone", "this console shows a server alone: the parts of a pipeline are known to 'logflow up'");

    private Task<JsonObject> TryTextAsync(CancellationToken stop) => Task.FromResult(_try.Describe());

    private Task<JsonObject> ConfigAsync(CancellationToken stop) => options.Config is { } config
        ? Task.FromResult(config())
        : throw new BackendException(
            404, "alone", "this console has no configuration of its own: 'logflow up' shows its own here");

    private async Task<JsonObject> DocumentAsync(LogQuery query, JsonObject state, CancellationToken stop)
    {
        var id = PageJson.Text(state, "id") ?? throw BackendException.BadRequest("[id] is missing");
        var index = PageJson.Text(state, "index") is { Length: > 0 } named ? named : query.Index;
        var hit = await backend.DocumentAsync(index, id, stop)
            ?? throw new BackendException(404, "missing", "this line is not there (any more)");
        var source = hit["_source"]!.AsObject();
        var isWhole = state["whole"] is not null;
        return new JsonObject
        {
            ["id"] = id,
            ["index"] = hit["_index"]!.DeepClone(),
            ["fields"] = new JsonArray([.. FlatDocument.Flatten(source).Select(field => (JsonNode)new JsonArray(
                field.Key, FlatDocument.Shorten(field.Value, isWhole ? int.MaxValue : FlatDocument.CellLengthMax)))]),
            ["size"] = source.ToJsonString().Length,
        };
    }

    private async Task<JsonObject> HealthAsync(CancellationToken stop)
    {
        var root = await backend.RootAsync(stop);
        return new JsonObject
        {
            ["version"] = ProductVersion.Text,
            ["backend"] = backend.Name,
            ["server"] = SearchBackend.IsOwnStore(root) ? "embedded store"
                : root["version"]?["distribution"]?.ToString() ?? "elasticsearch",
            ["serverVersion"] = root["version"]?["number"]?.DeepClone(),
            ["index"] = options.Index,
            ["pipeline"] = options.Pipeline?.Describe(),
        };
    }

    private void Post(IEndpointRouteBuilder routes, string path, Answer answer) => PostOf(
        routes,
        path,
        (_, state, stop) => answer(
            LogQuery.Parse(state, options.Index, options.Time.GetUtcNow()), state, stop));

    private void PostOf(
        IEndpointRouteBuilder routes, string path,
        Func<HttpRequest, JsonObject, CancellationToken, Task<JsonObject>> answer) => routes.MapPost(
        path,
        context => SendAsync(context, async stop =>
        {
            if (!context.Request.HasJsonContentType())
            {
                throw new BackendException(406, "bad_request", "the body must say that it is application/json");
            }

            var state = await PageJson.ReadAsync(context.Request.Body, stop);
            return await answer(context.Request, state, stop);
        }));

    private Task SendAsync(HttpContext context, Func<CancellationToken, Task<JsonObject>> answer) =>
        GuardedAsync(context, async () =>
        {
            var result = await answer(context.RequestAborted);
            await TextAnswer.WriteAsync(context, result.ToJsonString(), "application/json");
        });

    private async Task GuardedAsync(HttpContext context, Func<Task> answer)
    {
        backend.ActFor(context.Request);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await answer();
        }
        catch (PipelineException error) when (!context.Response.HasStarted)
        {
            var body = new JsonObject { ["code"] = "pipeline", ["message"] = error.Message };
            await TextAnswer.WriteAsync(
                context, body.ToJsonString(), "application/json", StatusCodes.Status502BadGateway);
        }
        catch (BackendException error) when (!context.Response.HasStarted)
        {
            var body = new JsonObject
            {
                ["code"] = error.Code,
                ["message"] = error.Message,
                ["column"] = error.Column,
            };
            await TextAnswer.WriteAsync(context, body.ToJsonString(), "application/json", error.Status);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The page asks something else by now.
        }
    }
}
