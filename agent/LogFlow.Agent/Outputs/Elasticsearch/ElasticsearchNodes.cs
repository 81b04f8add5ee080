using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using LogFlow.Bulk;

namespace LogFlow.Agent;

/// <summary>
/// The nodes of a cluster over plain HTTP. With load balance each request goes to the next one; without, to one node
/// until it fails. A node that failed is left alone for a while. Failures are answers, not exceptions; only
/// cancellation throws.
/// </summary>
internal sealed class ElasticsearchNodes : IDisposable
{
    /// <summary>Matches Logstash <c>resurrect_delay</c>.</summary>
    private static readonly TimeSpan DeadFor = TimeSpan.FromSeconds(5);

    private const int AnswerBytesMax = 64 << 20;

    private readonly List<Uri> _nodes;
    private readonly long[] _failedAt;
    private readonly HttpClient _client;
    private readonly TimeSpan _timeout;
    private readonly bool _isBalanced;
    private readonly TimeProvider _time;
    private int _next;

    public ElasticsearchNodes(ElasticsearchOutputConfig config, TimeProvider time)
    {
        _nodes = ElasticsearchTarget.Hosts(config);
        _failedAt = new long[_nodes.Count];
        _timeout = config.Timeout;
        _isBalanced = config.LoadBalance;
        _time = time;
        _client = new HttpClient(Handler(config), disposeHandler: true)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = AnswerBytesMax,
        };
        foreach (var (name, value) in config.Headers)
        {
            _client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        _client.DefaultRequestHeaders.Authorization = Credentials(config);
        Gzip = config.CompressionLevel switch
        {
            <= 0 => null,
            1 => CompressionLevel.Fastest,
            < 8 => CompressionLevel.Optimal,
            _ => CompressionLevel.SmallestSize,
        };
    }

    /// <summary>How requests are compressed; null: not.</summary>
    public CompressionLevel? Gzip { get; }

    /// <summary>Sends one request and reads the whole answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Without a slash at its beginning: a node's own path stands before it.</param>
    /// <param name="content">The body; disposed here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ElasticsearchAnswer> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        var index = Choose();
        var node = _nodes[index];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_timeout);
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(node, path)) { Content = content };
            if (node.UserInfo.Length > 0)
            {
                request.Headers.Authorization = Basic(Uri.UnescapeDataString(node.UserInfo));
            }

            using var response = await _client.SendAsync(request, limit.Token);
            var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
            var status = (int)response.StatusCode;
            Volatile.Write(ref _failedAt[index], status is 502 or 503 or 504 ? _time.GetTimestamp() : 0);
            return new ElasticsearchAnswer(node, status, body, null);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Volatile.Write(ref _failedAt[index], _time.GetTimestamp());
            return new ElasticsearchAnswer(node, 0, [], Describe(error));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler Handler(ElasticsearchOutputConfig config)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            UseCookies = false,
            PooledConnectionIdleTimeout = config.IdleConnectionTimeout,

            // DNS changes and load balancers are noticed within minutes.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = EarlyAnswerStream.ConnectAsync,
            UseProxy = !config.ProxyDisable,
        };
        if (config.Ssl?.CreateClient() is { } tls)
        {
            handler.SslOptions = tls.ForHttp();
        }

        if (config.ProxyUrl.Length > 0)
        {
            handler.Proxy = new WebProxy(config.ProxyUrl);
        }

        return handler;
    }

    private static AuthenticationHeaderValue? Credentials(ElasticsearchOutputConfig config)
    {
        if (config.ApiKey.Length > 0)
        {
            var key = config.ApiKey;
            return new AuthenticationHeaderValue(
                "ApiKey", key.Contains(':') ? Convert.ToBase64String(Encoding.UTF8.GetBytes(key)) : key);
        }

        return config.Username.Length > 0 ? Basic($"{config.Username}:{config.Password}") : null;
    }

    private static AuthenticationHeaderValue Basic(string userAndPassword) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(userAndPassword)));

    private int Choose()
    {
        var first = _isBalanced
            ? (int)((uint)Interlocked.Increment(ref _next) % (uint)_nodes.Count)
            : Volatile.Read(ref _next);
        for (var step = 0; step < _nodes.Count; step++)
        {
            var index = (first + step) % _nodes.Count;
            var failedAt = Volatile.Read(ref _failedAt[index]);
            if (failedAt == 0 || _time.GetElapsedTime(failedAt) > DeadFor)
            {
                if (!_isBalanced)
                {
                    Volatile.Write(ref _next, index);
                }

                return index;
            }
        }

        return first;
    }

    private string Describe(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case OperationCanceledException:
                    return string.Create(
                        CultureInfo.InvariantCulture, $"no answer within {_timeout.TotalSeconds:0.#} s");
                case SocketException socket:
                    return socket.Message;
                case AuthenticationException tls:
                    return $"TLS: {tls.Message}";
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return "the connection was closed in the middle of an answer";
            }
        }

        return error.Message;
    }
}
