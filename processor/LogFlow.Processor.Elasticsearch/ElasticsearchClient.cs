using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// The thin HTTP client: bytes out, bytes in, over a list of nodes. Refused connections, resets, time-outs and torn
/// answers are results (<see cref="ElasticsearchResponse.Status"/> 0), not exceptions; only cancellation throws.
/// </summary>
public sealed class ElasticsearchClient : IAsyncDisposable
{
    private readonly ElasticsearchOptions _options;
    private readonly HttpMessageInvoker _http;
    private readonly NodePool _nodes;
    private readonly TimeProvider _time;
    private readonly string? _authorization;

    /// <summary>Replaced whole; two callers that ask at once do no harm.</summary>
    private volatile ServerInfo? _server;

    /// <param name="options">Hosts, credentials, limits.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="handler">For tests; null: sockets.</param>
    public ElasticsearchClient(
        ElasticsearchOptions options, TimeProvider? time = null, HttpMessageHandler? handler = null)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        _nodes = new NodePool(options.Hosts, options.ResurrectDelay, _time);
        _authorization = options.GetAuthorization();
        _http = new HttpMessageInvoker(handler ?? CreateHandler(options));
    }

    /// <summary>The options it was made with.</summary>
    public ElasticsearchOptions Options => _options;

    /// <summary>
    /// Sends one request to the next usable node and reads the whole answer. The caller disposes the response.
    /// </summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pathAndQuery">Starts with a slash.</param>
    /// <param name="content">The body for the chosen node; null: none. Called once.</param>
    /// <param name="headers">Further request headers.</param>
    /// <param name="cancellationToken">Gives up; throws <see cref="OperationCanceledException"/>.</param>
    public async Task<ElasticsearchResponse> SendAsync(
        HttpMethod method,
        string pathAndQuery,
        Func<Uri, HttpContent>? content = null,
        IReadOnlyList<KeyValuePair<string, string>>? headers = null,
        CancellationToken cancellationToken = default)
    {
        var node = _nodes.Take();
        using var request = CreateRequest(node, method, pathAndQuery, headers);
        request.Content = content?.Invoke(node);
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            var (buffer, length) = await ReadBodyAsync(response.Content, either.Token);
            _nodes.Report(node, answered: response.StatusCode is not
                (HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout));
            return new ElasticsearchResponse(node, (int)response.StatusCode, buffer, length, response.Headers);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _nodes.Report(node, answered: false);
            return new ElasticsearchResponse(node, $"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or InvalidDataException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _nodes.Report(node, answered: false);
            return new ElasticsearchResponse(node, Describe(error));
        }
    }

    /// <summary>Sends the items as one bulk request, compressed as the options say.</summary>
    public Task<ElasticsearchResponse> SendBulkAsync(
        string pathAndQuery,
        ReadOnlyMemory<BulkItemRef> items,
        IReadOnlyList<KeyValuePair<string, string>>? headers,
        CancellationToken cancellationToken) => SendAsync(
            HttpMethod.Post,
            pathAndQuery,
            node => new BulkContent(items, GetGzipLevel(node)),
            headers,
            cancellationToken);

    /// <summary>Who the server is, asked once (<c>GET /</c>); null while it does not say.</summary>
    public async ValueTask<ServerInfo?> GetServerInfoAsync(CancellationToken cancellationToken)
    {
        if (_server is { } known)
        {
            return known;
        }

        using var response = await SendAsync(HttpMethod.Get, "/", cancellationToken: cancellationToken);
        if (response.IsSuccess && ServerInfo.TryParse(response.Body) is { } info)
        {
            _server = info;
        }

        return _server;
    }

    /// <summary>Whether requests to the node are compressed, and how hard.</summary>
    internal System.IO.Compression.CompressionLevel? GetGzipLevel(Uri node) =>
        (_options.CompressionLevel ?? (node.IsLoopback ? 0 : 1)) switch
        {
            <= 0 => null,
            1 => System.IO.Compression.CompressionLevel.Fastest,
            < 8 => System.IO.Compression.CompressionLevel.Optimal,
            _ => System.IO.Compression.CompressionLevel.SmallestSize,
        };

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static SocketsHttpHandler CreateHandler(ElasticsearchOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // DNS changes and load balancers are noticed within minutes.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
        };
        var check = new CertificateCheck(options);
        if (!check.IsDefault)
        {
            handler.SslOptions.RemoteCertificateValidationCallback =
                (_, certificate, chain, errors) => check.IsTrusted(certificate, chain, errors);
        }

        return handler;
    }

    private static string Describe(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case SocketException socket:
                    return socket.SocketErrorCode switch
                    {
                        SocketError.ConnectionRefused => "connection refused",
                        SocketError.HostNotFound => "host not found",
                        SocketError.TimedOut => "connection timed out",
                        _ => socket.Message,
                    };
                case AuthenticationException tls:
                    return $"TLS: {tls.Message}";
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return "the connection was closed in the middle of an answer";
            }
        }

        return error.Message;
    }

    private HttpRequestMessage CreateRequest(
        Uri node, HttpMethod method, string pathAndQuery, IReadOnlyList<KeyValuePair<string, string>>? headers)
    {
        var basePath = node.AbsolutePath.TrimEnd('/');
        var authority = node.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        var request = new HttpRequestMessage(method, $"{authority}{basePath}{pathAndQuery}");
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (_authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", _authorization);
        }

        foreach (var (name, value) in _options.CustomHeaders)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        foreach (var (name, value) in headers ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>Reads the whole body into a pooled buffer, which goes over to the response.</summary>
    private async Task<(byte[] Buffer, int Length)> ReadBodyAsync(
        HttpContent content, CancellationToken cancellationToken)
    {
        var max = _options.ResponseBytesMax;
        if (content.Headers.ContentLength is { } announced && announced > max)
        {
            throw new InvalidDataException($"the answer announces {announced} bytes, more than {max}");
        }

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent((int)(content.Headers.ContentLength ?? 16 * 1024) + 1);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                {
                    var result = (buffer, length);
                    buffer = [];
                    return result;
                }

                length += read;
                if (length > max)
                {
                    throw new InvalidDataException($"the answer exceeds {max} bytes");
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, buffer.Length * 2L));
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        finally
        {
            if (buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
