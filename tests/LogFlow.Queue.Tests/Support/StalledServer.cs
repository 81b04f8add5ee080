using LogFlow.Platform;

namespace LogFlow.Queue.Tests;

/// <summary>
/// A socket server alone, that knows ApiVersions and what a test adds. It has short time limits where a test waits for
/// them, and the usual ones where they would only cut off a test that had to wait for a core.
/// </summary>
internal sealed class StalledServer : IAsyncDisposable
{
    private readonly TestMeters _meters = new();
    private int _port;

    private StalledServer(TimeSpan stall, TimeSpan idle) => Server = new SocketServer(
        new SocketServerOptions
        {
            StallTimeout = stall,
            IdleTimeout = idle,
            FrameBytesPerSecondMin = 1 << 20,
        },
        new QueueMetrics(_meters),
        TimeProvider.System,
        Logs);

    public SocketServer Server { get; }

    public CollectingLogs Logs { get; } = new();

    /// <param name="stall">How long a frame may stand still.</param>
    /// <param name="idle">How long a connection may be silent between frames.</param>
    public static Task<StalledServer> StartAsync(TimeSpan stall, TimeSpan? idle = null) =>
        StartAsync(new StalledServer(stall, idle ?? TimeSpan.FromMinutes(1)), []);

    public static Task<StalledServer> StartAsync(Func<QueueMetrics, IReadOnlyList<RequestHandler>> createHandlers) =>
        StartAsync((metrics, _) => createHandlers(metrics));

    public static Task<StalledServer> StartAsync(
        Func<QueueMetrics, ByteBudget, IReadOnlyList<RequestHandler>> createHandlers)
    {
        var server = new StalledServer(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
        return StartAsync(server, createHandlers(new QueueMetrics(server._meters), server.Server.Budget));
    }

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(_port);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _meters.Dispose();
    }

    private static async Task<StalledServer> StartAsync(StalledServer server, IReadOnlyList<RequestHandler> more)
    {
        _ = ListenerEndpoint.TryParse("127.0.0.1:0", out var endpoint, out _);
        server._port = (await server.Server.ListenAsync(
            new Listener(endpoint, SecurityProtocol.Plaintext), CancellationToken.None)).Port;
        var handlers = new List<RequestHandler>(more);
        handlers.Add(new ApiVersionsHandler(handlers));
        server.Server.Accept(new RequestDispatcher(handlers, new QueueMetrics(server._meters), TimeProvider.System));
        return server;
    }
}
