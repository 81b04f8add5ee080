using System.Collections.Specialized;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using Elastic.Transport.Products;
using HttpMethod = Elastic.Transport.HttpMethod;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// A server or cluster, reached through Elastic.Transport: its node pool, dead nodes, proxy and credentials serve the
/// typed <see cref="Client"/> and the raw requests alike. Raw requests carry our own bytes and give the answer as it
/// came: refused connections, resets, time-outs and torn answers are results
/// (<see cref="ElasticsearchResponse.Status"/>
/// 0), not exceptions; only cancellation throws.
/// </summary>
public sealed class ElasticsearchConnection : IAsyncDisposable
{
    private readonly ElasticsearchOptions _options;
    private readonly HttpRequestInvoker _invoker;
    private readonly ITransport _transport;
    private readonly Uri _firstHost;
    private readonly Lazy<ElasticsearchClient> _client;

    /// <summary>Made once, at the first request: all of them share one configuration. Closes its connections when
    /// disposed, which the invoker would leave to the garbage collector.</summary>
    private volatile ExchangeHandler? _handler;

    /// <summary>Replaced whole; two callers that ask at once do no harm.</summary>
    private volatile ServerInfo? _server;

    /// <param name="options">Hosts, credentials, limits.</param>
    public ElasticsearchConnection(ElasticsearchOptions options)
    {
        _options = options;
        _firstHost = options.Hosts[0];
        _invoker = new HttpRequestInvoker((inner, _) => _handler = new ExchangeHandler(
            ConnectionHandler.Configure((SocketsHttpHandler)inner, options), options.ResponseBytesMax));
        NodePool nodes = options.Hosts.Count == 1
            ? new SingleNodePool(options.Hosts[0])
            : new StaticNodePool(options.Hosts, randomize: false);

        // The plain product: it neither pings nor sniffs, and refuses no server for what it calls itself.
        _transport = new DistributedTransport(Apply(new TransportConfigurationDescriptor(
            nodes, _invoker, productRegistration: DefaultProductRegistration.Default)));

        // Made when first used: the embedded store needs none, and the library is large.
        _client = new Lazy<ElasticsearchClient>(
            () => new ElasticsearchClient(Apply(new ElasticsearchClientSettings(nodes, _invoker))));
    }

    /// <summary>The options it was made with.</summary>
    public ElasticsearchOptions Options => _options;

    /// <summary>Elastic's typed client, over the same nodes and connections.</summary>
    internal ElasticsearchClient Client => _client.Value;

    /// <summary>
    /// Every typed request says plain JSON: the vendor's media type of this client's major version is refused by older
    /// servers and by OpenSearch.
    /// </summary>
    internal static RequestConfiguration PlainJson { get; } = new()
    {
        Accept = "application/json",
        ContentType = "application/json",
    };

    /// <summary>
    /// Sends one request to the next usable node and reads the whole answer. The caller disposes the response.
    /// </summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="pathAndQuery">Starts with a slash.</param>
    /// <param name="content">The body, which this call disposes; null: none.</param>
    /// <param name="headers">Further request headers.</param>
    /// <param name="cancellationToken">Gives up; throws <see cref="OperationCanceledException"/>.</param>
    public async Task<ElasticsearchResponse> SendAsync(
        HttpMethod method,
        string pathAndQuery,
        HttpContent? content = null,
        IReadOnlyList<KeyValuePair<string, string>>? headers = null,
        CancellationToken cancellationToken = default)
    {
        using var exchange = new Exchange(_ => content, headers);
        return await SendAsync(method, pathAndQuery, exchange, cancellationToken);
    }

    /// <summary>Sends the items as one bulk request, compressed as the options say.</summary>
    public async Task<ElasticsearchResponse> SendBulkAsync(
        string pathAndQuery,
        ReadOnlyMemory<BulkItemRef> items,
        IReadOnlyList<KeyValuePair<string, string>>? headers,
        CancellationToken cancellationToken)
    {
        using var exchange = new Exchange(node => new BulkContent(items, GetGzipLevel(node)), headers);
        return await SendAsync(HttpMethod.POST, pathAndQuery, exchange, cancellationToken);
    }

    /// <summary>Who the server is, asked once (<c>GET /</c>); null while it does not say.</summary>
    public async ValueTask<ServerInfo?> GetServerInfoAsync(CancellationToken cancellationToken) =>
        (await AskServerAsync(cancellationToken)).Server;

    /// <summary>Who the server is, with what it answered to the question where it does not say.</summary>
    internal async ValueTask<(ServerInfo? Server, ApiAnswer Answer)> AskServerAsync(CancellationToken cancellationToken)
    {
        if (_server is { } known)
        {
            return (known, new ApiAnswer(200, string.Empty, string.Empty));
        }

        // Raw: the typed answer has no place for "distribution", which is what tells OpenSearch and our store apart.
        using var response = await SendAsync(HttpMethod.GET, "/", cancellationToken: cancellationToken);
        if (response.IsSuccess && ServerInfo.TryParse(response.Body) is { } info)
        {
            _server = info;
        }

        return (_server, ApiAnswer.Of(response));
    }

    /// <summary>Forgets who the server is: it may have been exchanged while it did not answer.</summary>
    public void ForgetServer() => _server = null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        _handler?.Dispose();
        return ValueTask.CompletedTask;
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

    private async Task<ElasticsearchResponse> SendAsync(
        HttpMethod method, string pathAndQuery, Exchange exchange, CancellationToken cancellationToken)
    {
        exchange.MakeCurrent();
        Exception? error;
        try
        {
            // A path without its slash is relative to the node's own path, behind a proxy for example.
            var outcome = await _transport.RequestAsync<VoidResponse>(
                new EndpointPath(method, pathAndQuery[1..]), null, null, null, cancellationToken);
            error = outcome.ApiCallDetails.OriginalException;
        }
        catch (TransportException unexpected)
        {
            error = unexpected;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return exchange.TakeAnswer() ?? new ElasticsearchResponse(
            exchange.Node ?? _firstHost, ConnectionHandler.Describe(error, _options.Timeout));
    }

    private T Apply<T>(T settings)
        where T : TransportConfigurationDescriptorBase<T>
    {
        var headers = new NameValueCollection();
        foreach (var (name, value) in _options.CustomHeaders)
        {
            headers.Add(name, value);
        }

        settings
            .RequestTimeout(_options.Timeout)
            .DeadTimeout(_options.ResurrectDelay)
            .MaxDeadTimeout(_options.ResurrectDelay)
            .MaximumRetries(0) // Whether and when a request is sent again is the caller's decision.
            .DnsRefreshTimeout(Timeout.InfiniteTimeSpan) // Of whole handlers; their connections age by themselves.
            .DisablePing()
            .DisableAuditTrail()
            .DisableMetaHeader()
            .EnableHttpCompression(false) // Bulk bodies are compressed as the options say; the rest is small.
            .GlobalHeaders(headers);
        if (_options.GetAuthorization() is { } authorization)
        {
            settings.Authentication(authorization);
        }

        if (_options.Proxy is { } proxy)
        {
            settings.Proxy(proxy);
        }
        else if (_options.DisableProxy)
        {
            settings.DisableAutomaticProxyDetection();
        }

        return settings;
    }
}
