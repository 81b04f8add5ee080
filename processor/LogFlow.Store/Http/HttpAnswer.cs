using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Store;

/// <summary>Writes answers as Elasticsearch shapes them.</summary>
internal static class HttpAnswer
{
    /// <summary>Shorter answers fit into one packet as they are.</summary>
    private const int CompressBytesMin = 1400;

    public static readonly JsonWriterOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static readonly JsonWriterOptions Pretty = new()
    {
        Indented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Every answer: Elasticsearch's clients refuse a server that does not say so.</summary>
    public static void SetProduct(HttpContext context) =>
        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";

    public static async Task JsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        await using (var json = new Utf8JsonWriter(output, IsPretty(context) ? Pretty : Plain))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await BytesAsync(context, status, output.WrittenMemory);
    }

    /// <summary>Answers with JSON, of which <c>filter_path</c> may want parts only.</summary>
    public static Task BytesAsync(HttpContext context, int status, ReadOnlyMemory<byte> json)
    {
        var filter = new FilterPath(context.Request.Query["filter_path"].ToString());
        return FilteredAsync(context, status, filter.IsEmpty ? json : filter.Apply(json, IsPretty(context)));
    }

    /// <summary>Answers with JSON of which unwanted parts were never written.</summary>
    public static async Task FilteredAsync(HttpContext context, int status, ReadOnlyMemory<byte> json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType(context.Request);
        if (json.Length >= CompressBytesMin
            && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            json = Compress(json);
            context.Response.Headers.ContentEncoding = "gzip";
        }

        context.Response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
        }
    }

    public static async Task TextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=UTF-8";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    public static Task ErrorAsync(HttpContext context, int status, string type, string reason) =>
        JsonAsync(context, status, json => WriteError(json, status, type, reason));

    /// <summary>What stands before the API refuses a request.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        SetProduct(context);
        return ErrorAsync(context, status, status switch
        {
            StatusCodes.Status406NotAcceptable => "media_type_header_exception",
            _ => "security_exception",
        }, reason);
    }

    public static void WriteError(Utf8JsonWriter json, int status, string type, string reason)
    {
        json.WriteStartObject("error");
        json.WriteStartArray("root_cause");
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("reason", reason);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("type", type);
        json.WriteString("reason", reason);
        json.WriteEndObject();
        json.WriteNumber("status", status);
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> json)
    {
        var output = new MemoryStream(json.Length / 4);
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(json.Span);
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    private static bool IsPretty(HttpContext context) =>
        context.Request.Query.TryGetValue("pretty", out var value) && value != "false";

    /// <summary>The versioned type that Elasticsearch's own clients ask for, else plain JSON.</summary>
    private static string ContentType(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        var start = accept.IndexOf("application/vnd.elasticsearch+json", StringComparison.Ordinal);
        if (start < 0)
        {
            return "application/json";
        }

        var end = accept.IndexOf(',', start);
        return end < 0 ? accept[start..] : accept[start..end];
    }
}
