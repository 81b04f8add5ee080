using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>What clients ask about the server and its indices.</summary>
internal sealed class CatalogEndpoint(StoreEngine engine, string clusterId)
{
    private const int TemplateCountMax = 1000;
    private const int TemplateBytesMax = 1 << 20;

    /// <summary>Templates and policies that clients set up; kept for them to read back, without effect here.</summary>
    private readonly ConcurrentDictionary<string, byte[]> _templates = new(StringComparer.Ordinal);

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
        IndexResolver.Resolve(index, snapshot.Contents, new UrlParameters(context.Request).IgnoresUnavailable);
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

        var rows = List(index, url.IgnoresUnavailable);
        if (url.Get("format") != "json")
        {
            var text = new StringBuilder(url.IsTrue("v")
                ? "health status index pri rep docs.count store.size\n"
                : "");
            foreach (var (name, count, bytes) in rows)
            {
                text.Append(CultureInfo.InvariantCulture, $"green open {name} 1 0 {count} {Size(bytes, url)}\n");
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
        var rows = List(index, ignoresMissing: false);
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

    public async Task MappingAsync(HttpContext context, string? index)
    {
        new UrlParameters(context.Request).Check();
        using var snapshot = engine.AcquireSnapshot();
        var names = IndexResolver.Resolve(index, snapshot.Contents,
            new UrlParameters(context.Request).IgnoresUnavailable)
            ?? snapshot.Contents.Indices.Keys;
        await HttpAnswer.JsonAsync(context, 200, json =>
        {
            foreach (var name in names.Order(StringComparer.Ordinal))
            {
                json.WriteStartObject(name);
                json.WriteStartObject("mappings");
                MappingWriter.WriteProperties(json, snapshot.Contents.Fields);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        });
    }

    public async Task FieldCapsAsync(HttpContext context, string? index)
    {
        var url = new UrlParameters(context.Request);
        url.Check("fields", "include_unmapped", "include_empty_fields");
        var patterns = (url.Get("fields") ?? "*").Split(',');
        using var snapshot = engine.AcquireSnapshot();
        var names = IndexResolver.Resolve(index, snapshot.Contents, url.IgnoresUnavailable)
            ?? snapshot.Contents.Indices.Keys;
        await HttpAnswer.JsonAsync(context, 200, json =>
        {
            json.WriteStartArray("indices");
            foreach (var name in names.Order(StringComparer.Ordinal))
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteStartObject("fields");
            foreach (var (field, kinds) in snapshot.Contents.Fields.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            {
                if (patterns.Any(pattern => SimplePattern.Matches(pattern, field)))
                {
                    MappingWriter.WriteCapabilities(json, field, kinds);
                }
            }

            json.WriteEndObject();
        });
    }

    /// <summary>
    /// Templates, policies and pipelines: PUT keeps the body, GET returns it, HEAD tells whether it is there.
    /// </summary>
    public async Task TemplateAsync(HttpContext context, string kind, string name, RequestBody body)
    {
        var key = kind + "/" + name;
        if (HttpMethods.IsPut(context.Request.Method) || HttpMethods.IsPost(context.Request.Method))
        {
            var data = await body.ReadAsync();
            if (_templates.Count >= TemplateCountMax || data.Length > TemplateBytesMax)
            {
                throw new QueryException("illegal_argument_exception", "too many or too large templates");
            }

            _templates[key] = data.ToArray();
            await RawAsync(context, """{"acknowledged":true}"""u8);
            return;
        }

        if (HttpMethods.IsDelete(context.Request.Method))
        {
            _templates.TryRemove(key, out _);
            await RawAsync(context, """{"acknowledged":true}"""u8);
            return;
        }

        if (!_templates.TryGetValue(key, out var template))
        {
            throw new QueryException("resource_not_found_exception", $"{kind} [{name}] not found", 404);
        }

        await HttpAnswer.JsonAsync(context, 200, json =>
        {
            json.WritePropertyName(name);
            json.WriteRawValue(template);
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
    private List<(string Name, long Count, long Bytes)> List(string? index, bool ignoresMissing)
    {
        using var snapshot = engine.AcquireSnapshot();
        var names = IndexResolver.Resolve(index, snapshot.Contents, ignoresMissing);
        return [.. snapshot.Contents.Indices
            .Where(entry => names is null || names.Contains(entry.Key))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => (entry.Key, entry.Value.DocumentCount, entry.Value.RawBytes))];
    }
}
