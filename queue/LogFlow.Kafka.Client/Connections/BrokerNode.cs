using System.Net.Sockets;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Kafka.Client;

/// <summary>One endpoint and the connections to it, one a lane, opened when asked for and again after a loss.</summary>
internal sealed class BrokerNode : IAsyncDisposable
{
    private readonly KafkaClientOptions _options;
    private readonly KafkaConnectionOptions _connectionOptions;
    private readonly IConnectionOpener _opener;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();

    // Guards _lanes.
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Lane> _lanes = [];

    public BrokerNode(
        BrokerEndpoint endpoint, KafkaClientOptions options, BytePool buffers, TimeProvider time, ILogger logger)
    {
        Endpoint = endpoint;
        _options = options;
        _time = time;
        Reachability = new BrokerReachability(endpoint, options, time, logger);
        _connectionOptions = new KafkaConnectionOptions(
            options.ClientId,
            options.RequestTimeout,
            options.InFlightPerConnectionMax,
            options.ResponseBytesMax,
            buffers)
        {
            Login = options.Security.Login,
        };
        _opener = options.Security.Tls is { } tls ? new TlsConnectionOpener(tls) : options.ConnectionOpener;
    }

    public BrokerEndpoint Endpoint { get; }

    public BrokerReachability Reachability { get; }

    public bool IsConnected(int lane)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(lane, out var found) && found.Connection is { IsOpen: true };
        }
    }

    /// <summary>The lane's connection, opened if need be. After a failure it waits out the back-off first.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached; retriable.</exception>
    public ValueTask<KafkaConnection> ConnectAsync(int laneId, CancellationToken cancellationToken)
    {
        Lane lane;
        lock (_gate)
        {
            if (!_lanes.TryGetValue(laneId, out lane!))
            {
                _lanes[laneId] = lane = new Lane();
            }
        }

        return lane.Connection is { IsOpen: true } open
            ? ValueTask.FromResult(open)
            : new ValueTask<KafkaConnection>(OpenAsync(lane, cancellationToken));
    }

    public async ValueTask CloseLaneAsync(int laneId)
    {
        Lane? lane;
        lock (_gate)
        {
            _lanes.Remove(laneId, out lane);
        }

        if (lane?.Connection is { } connection)
        {
            await connection.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Lane[] lanes;
        lock (_gate)
        {
            lanes = [.. _lanes.Values];
            _lanes.Clear();
        }

        foreach (var lane in lanes)
        {
            // An opening that is under way ends with the cancellation above.
            using var turn = await lane.Opening.EnterAsync(CancellationToken.None);
            if (lane.Connection is { } connection)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private async Task<KafkaConnection> OpenAsync(Lane lane, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        using var turn = await lane.Opening.EnterAsync(stop.Token);
        if (lane.Connection is { IsOpen: true } open)
        {
            return open;
        }

        var backoff = Reachability.BackoffLeft;
        if (backoff > TimeSpan.Zero)
        {
            await Task.Delay(backoff, _time, stop.Token);
        }

        return lane.Connection = await TryOpenAsync(stop.Token);
    }

    private async Task<KafkaConnection> TryOpenAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var transport = await _opener.OpenAsync(Endpoint, either.Token);
            var connection = await KafkaConnection.OpenAsync(
                Endpoint, transport, _connectionOptions, _time, either.Token);
            Reachability.OnConnected();
            return connection;
        }
        catch (Exception exception) when (
            exception is SocketException or IOException or KafkaException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var reason = exception is OperationCanceledException
                ? $"No answer within {_options.ConnectTimeout.TotalSeconds:0.#} s."
                : $"{exception.Message.TrimEnd('.')}.";
            Reachability.OnFailure(reason);
            throw new KafkaException(
                ErrorCode.NetworkException, $"Kafka broker {Endpoint} cannot be reached: {reason}", exception);
        }
    }

    private sealed class Lane
    {
        /// <summary>Held while a connection is being opened; one attempt serves all who wait.</summary>
        public AsyncLock Opening { get; } = new();

        public KafkaConnection? Connection { get; set; }
    }
}
