using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary><c>_doc</c> and <c>_source</c>: one document by its id.</summary>
internal sealed class DocumentEndpoint(StoreEngine engine, TimeProvider time)
{
    private readonly Searcher _searcher = new(engine, time);

    public async Task GetAsync(HttpContext context, string index, string id)
    {
        var hit = await FindAsync(context, index, id);
        await HttpAnswer.JsonAsync(context, hit is null ? 404 : 200, output =>
        {
            output.WriteString("_index", hit?.Index ?? index);
            output.WriteString("_id", id);
            if (hit is not null)
            {
                output.WriteNumber("_version", 1);
                output.WriteNumber("_seq_no", hit.Sequence);
                output.WriteNumber("_primary_term", 1);
            }

            output.WriteBoolean("found", hit is not null);
            if (hit?.Source is { } source)
            {
                output.WritePropertyName("_source");
                output.WriteRawValue(source, skipInputValidation: true);
            }
        });
    }

    /// <summary>The document alone.</summary>
    public async Task GetSourceAsync(HttpContext context, string index, string id)
    {
        var hit = await FindAsync(context, index, id);
        if (hit?.Source is not { } source)
        {
            throw new QueryException("resource_not_found_exception", $"Document not found [{index}]/[{id}]", 404);
        }

        await HttpAnswer.BytesAsync(context, 200, source);
    }

    private async Task<FetchedHit?> FindAsync(HttpContext context, string index, string id)
    {
        var url = new UrlParameters(context.Request);
        url.Check("realtime", "refresh", "stored_fields", "_source", "_source_includes", "_source_excludes");
        using var snapshot = engine.AcquireSnapshot();
        var indices = IndexResolver.Resolve(
            index, snapshot.Contents, new IndexOptions(IndexAccess.Of(context), IgnoresMissing: false));
        using var deadline = _searcher.Begin();
        var result = await _searcher.SearchAsync(snapshot, new SearchRequest
        {
            Query = IndexResolver.Limit(new IdsQuery([id]), indices),
            Size = 1,
            Sort = [new SortField(FieldNames.Timestamp, true, false)],
            TotalHitsMax = -1,
            Source = url.Source ?? SourceFilter.All,
        }, deadline, context.RequestAborted);
        return result.Hits.Count > 0 ? result.Hits[0] : null;
    }
}
