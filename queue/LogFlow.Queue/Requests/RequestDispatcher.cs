using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>Finds the handler of a request by its API key and times it.</summary>
internal sealed class RequestDispatcher
{
    private readonly RequestHandler?[] _byKey;
    private readonly QueueMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Authorizer? _authorizer;
    private readonly AccessTable? _access;

    /// <param name="handlers">One for each API.</param>
    /// <param name="metrics">Counts and times.</param>
    /// <param name="time">Whose clock it is.</param>
    /// <param name="access">What each API needs.</param>
    /// <param name="authorizer">Who may; null: everybody.</param>
    /// <exception cref="InvalidOperationException">The table of access lacks an API.</exception>
    public RequestDispatcher(
        IReadOnlyList<RequestHandler> handlers,
        QueueMetrics metrics,
        TimeProvider time,
        AccessTable? access = null,
        Authorizer? authorizer = null)
    {
        access?.RequireAll(handlers);
        _access = access;
        _authorizer = authorizer;
        _metrics = metrics;
        _time = time;
        _byKey = new RequestHandler?[handlers.Max(handler => (int)handler.Key) + 1];
        foreach (var handler in handlers)
        {
            _byKey[(int)handler.Key] = handler;
        }
    }

    /// <summary>The handler; the request's version is one that it answers.</summary>
    /// <exception cref="ProtocolViolationException">
    /// There is none: without a known encoding no answer could be understood, so the connection ends, as with Kafka.
    /// </exception>
    public RequestHandler Route(RequestContext request)
    {
        var key = request.Header.ApiKey;
        var handler = (uint)key < (uint)_byKey.Length ? _byKey[(int)key] : null;
        if (handler is null)
        {
            throw new ProtocolViolationException($"API key {(short)key} is not supported");
        }

        // ApiVersions answers any version: that is how a client learns which ones there are (KIP-511).
        if (key != ApiKey.ApiVersions && (request.Version < handler.MinVersion || request.Version > handler.MaxVersion))
        {
            throw new ProtocolViolationException(
                $"{key} version {request.Version} is not supported ({handler.MinVersion} to {handler.MaxVersion} are)");
        }

        request.Access = new RequestAccess(_authorizer, _access, request.Connection);
        return handler;
    }

    /// <summary>Runs the request and lets the connection's next one begin.</summary>
    public async Task ProcessAsync(RequestHandler handler, RequestContext request, OverlapGate gate)
    {
        try
        {
            await handler.ProcessAsync(request);
        }
        finally
        {
            gate.Leave();
        }
    }

    /// <summary>The answer's last byte is with the operating system.</summary>
    public void Answered(RequestContext request) =>
        _metrics.RequestAnswered(request.Header.ApiKey, _time.GetElapsedTime(request.ReceivedAt));
}
