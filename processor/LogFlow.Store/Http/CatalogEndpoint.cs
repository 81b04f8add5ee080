using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>What clients ask about the server and its indices.</summary>
internal sealed class CatalogEndpoint(StoreEngine engine, string clusterId)
{
    public static Task HealthAsync(HttpContext context) => HttpAnswer.JsonAsync(context, 200, json =>
    {
        json.WriteString("cluster_name", "logflow");
        json.WriteString("status", "green");
        json.WriteBoolean("timed_out", false);
        json.WriteNumber("number_of_nodes", 1);
        json.WriteNumber("number_of_data_nodes", 1);
        json.WriteNumber("active_primary_shards", 1);
        json.WriteNumber("active_shards", 1);
        json.WriteNumber("relocating_shards", 0);
        json.WriteNumber("initializing_shards", 0);
        json.WriteNumber("unassigned_shards", 0);
    });

    public static Task LicenseAsync(HttpContext context) => RawAsync(context,
        """{"license":{"status":"active","uid":"00000000-0000-0000-0000-000000000000","type":"basic"}}"""u8);

    public static Task XpackAsync(HttpContext context) => RawAsync(context,
        """{"features":{"ilm":{"available":true,"enabled":true}}}"""u8);

    public static Task NodesAsync(HttpContext context) => HttpAnswer.JsonAsync(context, 200, json =>
    {
        json.WriteStartObject("nodes");
        json.WriteStartObject("logflow-1");
        json.WriteStartArray("roles");
        json.WriteStringValue("data");
        json.WriteStringValue("ingest");
        json.WriteEndArray();
        json.WriteStartObject("http");
        json.WriteString("publish_address", context.Request.Host.Value);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    });

    public Task RootAsync(HttpContext context) => HttpAnswer.JsonAsync(context, 200, json =>
    {
        json.WriteString("name", "logflow-1");
        json.WriteString("cluster_name", "logflow");
        json.WriteString("cluster_uuid", clusterId);
        json.WriteStartObject("version");
        json.WriteString("number", "8.17.0");
        json.WriteString("build_flavor", "default");
        json.WriteString("build_type", "tar");
        json.WriteString("build_hash", "logflow");
        json.WriteString("build_date", "2025-01-01T00:00:00Z");
        json.WriteBoolean("build_snapshot", false);
        json.WriteString("lucene_version", "9.12.0");
        json.WriteString("minimum_wire_compatibility_version", "7.17.0");
        json.WriteString("minimum_index_compatibility_version", "7.0.0");
        json.WriteEndObject();
        json.WriteString("tagline", "You Know, for Search");
    });

    /// <summary>Refresh and flush of an index: documents can be found at once, there is nothing to do.</summary>
    public async Task RefreshAsync(HttpContext context, string? index)
    {
        new UrlParameters(context.Request).Check("force", "wait_if_ongoing");
        using var snapshot = engine.AcquireSnapshot();
        IndexResolver.Resolve(index, snapshot.Contents, new UrlParameters(context.Request).Indices);
        await RawAsync(context, """{"_shards":{"total":1,"successful":1,"failed":0}}"""u8);
    }

    public async Task CatIndicesAsync(HttpContext context, string? index)
    {
        var url = new UrlParameters(context.Request);
        url.Check("v", "h", "s", "bytes", "health", "pri", "include_unloaded_segments", "time");
        foreach (var name in new[] { "h", "s", "health", "pri" })
        {
            if (url.Get(name) is not null)
            {
                throw QueryException.Unsupported($"[{name}] of _cat/indices");
            }
        }

        var rows = List(index, url.Indices);
        if (url.Get("format") != "json")
        {
            var text = new StringBuilder(url.IsTrue("v")
                ? "health status index uuid pri rep docs.count docs.deleted store.size pri.store.size\n"
                : "");
            foreach (var (name, count, bytes) in rows)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"green open {name} {clusterId} 1 0 {count} 0 {Size(bytes, url)} {Size(bytes, url)}\n");
            }

            await HttpAnswer.TextAsync(context, text.ToString());
            return;
        }

        var output = new System.Buffers.ArrayBufferWriter<byte>(1024);
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartArray();
        foreach (var (name, count, bytes) in rows)
        {
            json.WriteStartObject();
            json.WriteString("health", "green");
            json.WriteString("status", "open");
            json.WriteString("index", name);
            json.WriteString("uuid", clusterId);
            json.WriteString("pri", "1");
            json.WriteString("rep", "0");
            json.WriteString("docs.count", count.ToString(CultureInfo.InvariantCulture));
            json.WriteString("docs.deleted", "0");
            json.WriteString("store.size", Size(bytes, url));
            json.WriteString("pri.store.size", Size(bytes, url));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        await json.FlushAsync(context.RequestAborted);
        await HttpAnswer.BytesAsync(context, 200, output.WrittenMemory);
    }

    /// <summary>HEAD of an index, HEAD and GET of a data stream.</summary>
    public async Task ExistsAsync(HttpContext context, string? index, bool isDataStream)
    {
        new UrlParameters(context.Request).Check("verbose");
        var rows = List(index, new IndexOptions(IndexAccess.Of(context), IgnoresMissing: false));
        if (rows.Count == 0 && index is not null && !index.Contains('*'))
        {
            throw IndexResolver.NotFound(index);
        }

        await HttpAnswer.JsonAsync(context, 200, json =>
        {
            if (!isDataStream)
            {
                return;
            }

            json.WriteStartArray("data_streams");
            foreach (var (name, _, _) in rows)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteStartObject("timestamp_field");
                json.WriteString("name", FieldNames.Timestamp);
                json.WriteEndObject();
                json.WriteNumber("generation", 1);
                json.WriteString("status", "GREEN");
                json.WriteString("template", "logflow");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    /// <summary>GET of an index: its fields and the settings that clients ask for.</summary>
    public async Task IndexAsync(HttpContext context, string index)
    {
        var url = new UrlParameters(context.Request);
        url.Check("flat_settings", "include_defaults", "features");
        using var snapshot = engine.AcquireSnapshot();
        var indices = IndexResolver.ContentsOf(engine, snapshot, index, url.Indices);
        await HttpAnswer.JsonAsync(context, 200, json =>
        {
            foreach (var (name, contents) in indices)
            {
                json.WriteStartObject(name);
                json.WriteStartObject("aliases");
                json.WriteEndObject();
                json.WriteStartObject("mappings");
                MappingWriter.WriteProperties(json, contents.Fields);
                json.WriteEndObject();
                json.WriteStartObject("settings");
                json.WriteStartObject("index");
                json.WriteString("uuid", clusterId);
                json.WriteString("number_of_shards", "1");
                json.WriteString("number_of_replicas", "0");
                json.WriteString("provided_name", name);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteEndObject();
            }
        });
    }

    /// <summary>What the one node holds.</summary>
    public Task NodesStatsAsync(HttpContext context)
    {
        var status = engine.GetStatus();
        return HttpAnswer.JsonAsync(context, 200, json =>
        {
            json.WriteString("cluster_name", "logflow");
            json.WriteStartObject("nodes");
            json.WriteStartObject("logflow-1");
            json.WriteString("name", "logflow-1");
            json.WriteStartObject("indices");
            json.WriteStartObject("docs");
            json.WriteNumber("count", status.DocumentCount);
            json.WriteNumber("deleted", 0);
            json.WriteEndObject();
            json.WriteStartObject("store");
            json.WriteNumber("size_in_bytes", status.DiskBytes);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static Task RawAsync(HttpContext context, ReadOnlySpan<byte> json) =>
        HttpAnswer.BytesAsync(context, 200, json.ToArray());

    private static string Size(long bytes, UrlParameters url) =>
        url.Get("bytes") == "b" ? bytes.ToString(CultureInfo.InvariantCulture)
        : bytes < 1 << 20 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#}kb")
        : bytes < 1 << 30 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#}mb")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.#}gb");

    /// <summary>Documents and raw JSON bytes per index, in order of name.</summary>
    private List<(string Name, long Count, long Bytes)> List(string? index, IndexOptions options)
    {
        using var snapshot = engine.AcquireSnapshot();
        var names = IndexResolver.Resolve(index, snapshot.Contents, options);
        return [.. snapshot.Contents.Indices
            .Where(entry => names is null || names.Contains(entry.Key))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (entry.Key, entry.Value.DocumentCount, entry.Value.RawBytes))];
    }
}
