using System.Net.Http.Headers;
using System.Text.Json;
using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// An answer, or the fact that there was none (<see cref="Status"/> 0: refused, reset, timed out, torn). The body
/// lies in leased memory until the response is disposed.
/// </summary>
public sealed class ElasticsearchResponse : IDisposable
{
    private readonly HttpResponseHeaders? _headers;
    private readonly Lease<LeasedBytes>? _body;
    private readonly int _length;

    internal ElasticsearchResponse(
        Uri node, int status, Lease<LeasedBytes> body, int length, HttpResponseHeaders headers)
    {
        Node = node;
        Status = status;
        _body = body;
        _length = length;
        _headers = headers;
    }

    internal ElasticsearchResponse(Uri node, string failure)
    {
        Node = node;
        Failure = failure;
    }

    /// <summary>The node that was asked.</summary>
    public Uri Node { get; }

    /// <summary>The HTTP status; 0: no complete answer came.</summary>
    public int Status { get; }

    /// <summary>A 2xx answer.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Why no answer came, for a human; null where one did.</summary>
    public string? Failure { get; }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body => _body is null ? default : _body.Value.Memory[.._length];

    /// <summary>How long the server asks to wait (Retry-After in seconds); null: it does not say.</summary>
    public TimeSpan? RetryAfter => _headers?.RetryAfter?.Delta;

    /// <summary>The value of a header; null where the answer has none of that name.</summary>
    public string? GetHeader(string name) =>
        _headers is not null && _headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>
    /// The error that the body describes (<c>{"error":{"type":…,"reason":…}}</c>); where it is none of Elasticsearch's,
    /// the type is "http_STATUS" and the reason is the failure or the start of the body.
    /// </summary>
    public (string Type, string Reason) ReadError()
    {
        if (Failure is not null)
        {
            return ("unreachable", Failure);
        }

        try
        {
            using var document = JsonDocument.Parse(Body);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error))
            {
                return error.ValueKind == JsonValueKind.Object
                    ? (Text(error, "type") ?? $"http_{Status}", ShortText.Of(Text(error, "reason") ?? string.Empty))
                    : ($"http_{Status}", ShortText.Of(error.ToString()));
            }
        }
        catch (JsonException)
        {
            // A proxy's page, most likely: its first words are the best description there is.
        }

        var start = Body.Span[..Math.Min(200, Body.Length)];
        return ($"http_{Status}", start.IsEmpty ? "no body" : System.Text.Encoding.UTF8.GetString(start));
    }

    /// <inheritdoc/>
    public void Dispose() => _body?.Dispose();

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
