using System.Buffers.Binary;
using System.Threading.Channels;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>
/// One connection to one broker. Requests are pipelined: they leave in the order in which they were given, and the
/// broker answers in that order. Losing the connection, by whichever side, fails everything that is under way, and
/// only after the last byte of it was touched: a failed request's memory is free again.
/// </summary>
internal sealed partial class KafkaConnection : IAsyncDisposable
{
    private const int ResponsePrefixSize = sizeof(int) + sizeof(int);
    private const int SendCoalesceCount = 16;

    // A response gets memory as its bytes arrive, not as it announces them: this much at first, then four times that.
    private const int FirstStepBytes = 1024 * 1024;
    private const int StepFactor = 4;
    private static readonly string SoftwareVersion =
        typeof(KafkaConnection).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    private readonly BrokerEndpoint _endpoint;
    private readonly IKafkaTransport _transport;
    private readonly KafkaConnectionOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _slots;
    private readonly Channel<PendingRequest> _sendQueue;
    private readonly ITimer _watchdog;
    private readonly Task _completion;

    // Guards the three below: what waits for a response, in the order of sending; when the watchdog looks next, as a
    // timestamp (a timer that ticks would wake an idle process for every connection); why the connection ended.
    private readonly Lock _gate = new();
    private readonly Queue<PendingRequest> _pending = new();
    private long _watchdogDueAt = long.MaxValue;
    private KafkaException? _closedBy;

    private int _correlationId;
    private ApiVersionTable? _versions;

    private KafkaConnection(
        BrokerEndpoint endpoint, IKafkaTransport transport, KafkaConnectionOptions options, TimeProvider time)
    {
        _endpoint = endpoint;
        _transport = transport;
        _options = options;
        _time = time;
        _slots = new SemaphoreSlim(options.InFlightCountMax);
        _sendQueue = Channel.CreateBounded<PendingRequest>(
            new BoundedChannelOptions(options.InFlightCountMax) { SingleReader = true });
        _watchdog = time.CreateTimer(
            static connection => ((KafkaConnection)connection!).CloseIfOverdue(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _completion = CompleteAsync(Task.Run(SendLoopAsync), Task.Run(ReceiveLoopAsync));
    }

    public BrokerEndpoint Endpoint => _endpoint;

    public ApiVersionTable Versions =>
        _versions ?? throw new InvalidOperationException("Versions are known once the connection is open.");

    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _closedBy is null;
            }
        }
    }

    /// <summary>Ends with the connection, when all requests have been completed.</summary>
    public Task Completion => _completion;

    /// <summary>Takes over the transport, agrees on versions, and logs in where a login is given.</summary>
    /// <exception cref="KafkaException">The peer closed, did not answer in time, or is no Kafka broker.</exception>
    public static async Task<KafkaConnection> OpenAsync(
        BrokerEndpoint endpoint,
        IKafkaTransport transport,
        KafkaConnectionOptions options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var connection = new KafkaConnection(endpoint, transport, options, time);
        try
        {
            await connection.NegotiateAsync(cancellationToken);
            if (options.Login is { } login)
            {
                await connection.LogInAsync(login, cancellationToken);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Sends a request. Requests leave in call order as long as no more than the configured number are in flight.
    /// Cancelling stops the waiting, not the request. Without a timeout the connection's own applies.
    /// </summary>
    /// <exception cref="KafkaException">The connection was lost or closed before the response came.</exception>
    public async Task<KafkaResponse<TResponse>> SendAsync<TRequest, TResponse>(
        TRequest request, short version, bool pooled, TimeSpan? timeout, CancellationToken cancellationToken)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        await _slots.WaitAsync(cancellationToken);
        PendingRequest<TRequest, TResponse> pending;
        try
        {
            pending = Encode<TRequest, TResponse>(request, version, pooled, timeout ?? _options.RequestTimeout);
        }
        catch
        {
            _slots.Release();
            throw;
        }

        // The slot is given back when the response came or the connection ended.
        if (!_sendQueue.Writer.TryWrite(pending))
        {
            pending.Payload!.Dispose();
            _slots.Release();
            throw ClosedBy();
        }

        try
        {
            return await pending.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            pending.Abandon();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close(ErrorCode.NetworkException, "it was closed by this side", null);
        await _completion;
    }

    private PendingRequest<TRequest, TResponse> Encode<TRequest, TResponse>(
        TRequest request, short version, bool pooled, TimeSpan timeout)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        var correlationId = Interlocked.Increment(ref _correlationId);
        var deadline = _time.GetTimestamp() + (long)(timeout.TotalSeconds * _time.TimestampFrequency);
        var pending = new PendingRequest<TRequest, TResponse>(correlationId, version, pooled, deadline);
        var writer = new KafkaWriter();
        try
        {
            KafkaFrame.WriteRequest<TRequest, TResponse>(writer, request, version, correlationId, _options.ClientId);
            pending.Payload = writer;
            return pending;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A broker that does not know our version of ApiVersions answers error 35 in version 0 and lists what it knows
    /// (KIP-511); then version 0, or the highest it lists, is asked for.
    /// </summary>
    private async Task NegotiateAsync(CancellationToken cancellationToken)
    {
        var version = ApiVersionsRequest.MaxVersion;
        while (true)
        {
            var request = new ApiVersionsRequest
            {
                ClientSoftwareName = "logflow",
                ClientSoftwareVersion = SoftwareVersion,
            };
            using var response = await SendAsync<ApiVersionsRequest, ApiVersionsResponse>(
                request, version, pooled: false, timeout: null, cancellationToken);
            var error = response.Message.ErrorCode;
            if (error == ErrorCode.None)
            {
                _versions = new ApiVersionTable(response.Message);
                return;
            }

            if (error != ErrorCode.UnsupportedVersion || version == 0)
            {
                throw new KafkaException(error, $"{_endpoint} refused the handshake: {error}.");
            }

            var range = response.Message.ApiKeys.Find(api => (ApiKey)api.ApiKey == ApiKey.ApiVersions);
            version = range is null ? (short)0 : Math.Clamp(range.MaxVersion, (short)0, (short)(version - 1));
        }
    }

    private async Task SendLoopAsync()
    {
        var requests = new List<PendingRequest>(SendCoalesceCount);
        var segments = new List<ReadOnlyMemory<byte>>();
        try
        {
            while (await _sendQueue.Reader.WaitToReadAsync())
            {
                TakeWaiting(requests, segments);
                try
                {
                    await _transport.SendAsync(segments, CancellationToken.None);
                }
                finally
                {
                    segments.Clear();
                    foreach (var request in requests)
                    {
                        request.Payload!.Dispose();
                    }

                    requests.Clear();
                }
            }
        }
        catch (Exception exception)
        {
            Close(ErrorCode.NetworkException, exception.Message, exception);
        }
    }

    private void TakeWaiting(List<PendingRequest> requests, List<ReadOnlyMemory<byte>> segments)
    {
        while (requests.Count < SendCoalesceCount && _sendQueue.Reader.TryRead(out var request))
        {
            // Registered before it is sent: the response may be back before the send returns.
            lock (_gate)
            {
                _pending.Enqueue(request);
                if (request.Deadline < _watchdogDueAt)
                {
                    WatchUntil(request.Deadline);
                }
            }

            requests.Add(request);
            var payload = request.Payload!.Segments;
            for (var index = 0; index < payload.Count; index++)
            {
                segments.Add(payload[index]);
            }
        }
    }

    private async Task ReceiveLoopAsync()
    {
        var prefix = new byte[ResponsePrefixSize];
        try
        {
            while (await ReceiveExactlyAsync(prefix))
            {
                var length = BinaryPrimitives.ReadInt32BigEndian(prefix);
                if (length < sizeof(int) || length > _options.ResponseBytesMax)
                {
                    throw new ProtocolViolationException($"A response claims to be {length} bytes long.");
                }

                var correlationId = BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(sizeof(int)));
                var pending = Expect(correlationId);
                var frame = await ReceiveFrameAsync(correlationId, length);
                if (frame is null)
                {
                    break;
                }

                lock (_gate)
                {
                    _pending.Dequeue();
                }

                _slots.Release();
                Complete(pending, frame);
            }

            Close(ErrorCode.NetworkException, "the broker closed it", null);
        }
        catch (ProtocolViolationException exception)
        {
            var reason = $"the broker sent what is not Kafka's protocol: {exception.Message}";
            Close(ErrorCode.NetworkException, reason, exception);
        }
        catch (Exception exception)
        {
            Close(ErrorCode.NetworkException, exception.Message, exception);
        }
    }

    /// <summary>The response from its correlation id on; null where the broker closed in the middle.</summary>
    private async ValueTask<Lease<LeasedBytes>?> ReceiveFrameAsync(int correlationId, int length)
    {
        var frame = _options.Buffers.Rent(Math.Min(length, FirstStepBytes));
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(frame.Value.Span, correlationId);
            var filled = sizeof(int);
            while (await ReceiveExactlyAsync(frame.Value.Memory[filled..]))
            {
                filled = frame.Value.Length;
                if (filled == length)
                {
                    var received = frame;
                    frame = null;
                    return received;
                }

                var larger = _options.Buffers.Rent((int)Math.Min(length, filled * (long)StepFactor));
                frame.Value.Span.CopyTo(larger.Value.Span);
                frame.Dispose();
                frame = larger;
            }

            return null;
        }
        finally
        {
            frame?.Dispose();
        }
    }

    private void Complete(PendingRequest pending, Lease<LeasedBytes> frame)
    {
        try
        {
            pending.Complete(frame);
        }
        catch (Exception exception)
        {
            // Whatever it is: nobody else knows of this request any more.
            pending.Fail(new KafkaException(
                ErrorCode.NetworkException, $"{_endpoint} sent a malformed response: {exception.Message}", exception));
            throw;
        }
    }

    private PendingRequest Expect(int correlationId)
    {
        lock (_gate)
        {
            return _pending.TryPeek(out var pending) && pending.CorrelationId == correlationId
                ? pending
                : throw new ProtocolViolationException($"Nobody waits for a response of id {correlationId}.");
        }
    }

    private async ValueTask<bool> ReceiveExactlyAsync(Memory<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var received = await _transport.ReceiveAsync(buffer, CancellationToken.None);
            if (received == 0)
            {
                return false;
            }

            buffer = buffer[received..];
        }

        return true;
    }

    /// <summary>Under the gate.</summary>
    private void WatchUntil(long deadline)
    {
        _watchdogDueAt = deadline;
        if (_closedBy is null)
        {
            var left = _time.GetElapsedTime(_time.GetTimestamp(), deadline);

            // Timers have whole milliseconds: one more, or it would look too early and again.
            left = left > TimeSpan.Zero ? left + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
            _watchdog.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    private void CloseIfOverdue()
    {
        var now = _time.GetTimestamp();
        bool overdue;
        lock (_gate)
        {
            overdue = _pending.TryPeek(out var oldest) && oldest.Deadline <= now;
            _watchdogDueAt = long.MaxValue;
            if (!overdue && oldest is not null)
            {
                // One behind the oldest may be overdue already; it counts once the oldest is answered.
                var next = _pending.Min(static request => request.Deadline);
                WatchUntil(Math.Max(next, now + (_time.TimestampFrequency / 4)));
            }
        }

        if (overdue)
        {
            Close(ErrorCode.RequestTimedOut, "a request was not answered in time", null);
        }
    }

    private void Close(ErrorCode code, string reason, Exception? cause)
    {
        lock (_gate)
        {
            if (_closedBy is not null)
            {
                return;
            }

            _closedBy = new KafkaException(code, $"The connection to {_endpoint} is lost: {reason}.", cause);
        }

        _watchdog.Dispose();
        _sendQueue.Writer.TryComplete();
        _transport.Dispose();
    }

    private KafkaException ClosedBy()
    {
        lock (_gate)
        {
            return _closedBy!;
        }
    }

    /// <summary>Fails what is left once neither loop can touch it any more.</summary>
    private async Task CompleteAsync(Task sendLoop, Task receiveLoop)
    {
        await Task.WhenAll(sendLoop, receiveLoop);
        var reason = ClosedBy();
        while (_sendQueue.Reader.TryRead(out var unsent))
        {
            unsent.Payload!.Dispose();
            _slots.Release();
            unsent.Fail(reason);
        }

        List<PendingRequest> unanswered;
        lock (_gate)
        {
            unanswered = [.. _pending];
            _pending.Clear();
        }

        foreach (var request in unanswered)
        {
            _slots.Release();
            request.Fail(reason);
        }
    }
}
