using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>
/// One request from its arrival to the last byte of its answer. It has a share of the frame, and owns the answer's
/// writer and whatever else must live until the answer is sent (the memory of fetched records); disposing gives all of
/// it back. Whoever else has a share of the frame keeps it.
/// </summary>
internal sealed class RequestContext : IDisposable
{
    private readonly Lease<LeasedBytes> _frame;
    private readonly int _bodyStart;
    private List<IDisposable>? _held;

    /// <exception cref="ProtocolViolationException">The frame does not begin with a request header.</exception>
    public RequestContext(ClientConnection connection, Lease<LeasedBytes> frame, long receivedAt)
    {
        Connection = connection;
        ReceivedAt = receivedAt;
        FrameBytes = frame.Value.Length;
        _frame = frame;
        try
        {
            var reader = new KafkaReader(frame.Value.Memory);
            Header = RequestHeader.Read(ref reader);
            _bodyStart = reader.Position;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    public ClientConnection Connection { get; }

    public RequestHeader Header { get; }

    public short Version => Header.ApiVersion;

    public string ClientId => Header.ClientId ?? "";

    public int FrameBytes { get; }

    /// <summary>What the client may do; set before the request is handled.</summary>
    public RequestAccess Access { get; set; }

    /// <summary>Monotonic timestamp of the frame's last byte.</summary>
    public long ReceivedAt { get; }

    /// <summary>What follows the header; void once <see cref="ReleaseFrame"/> was called.</summary>
    public ReadOnlyMemory<byte> Body => _frame.Value.Memory[_bodyStart..];

    /// <summary>Completes when <see cref="Response"/> is written, or none will be.</summary>
    public Task Processing { get; set; } = Task.CompletedTask;

    /// <summary>The whole answer frame; null where none is sent (Produce with acks=0).</summary>
    public KafkaWriter? Response { get; private set; }

    public void Respond(IKafkaMessage response)
    {
        Response = KafkaWriterPool.Rent();
        KafkaFrame.WriteResponse(Response, Header.ApiKey, Version, Header.CorrelationId, response);
    }

    /// <summary>Answers in an encoding of the caller's own choice (the ApiVersions fallback).</summary>
    public void Respond(Action<KafkaWriter> write)
    {
        Response = KafkaWriterPool.Rent();
        write(Response);
    }

    /// <summary>This request's share of its frame. Who needs the bytes for longer than a call retains one.</summary>
    public Lease<LeasedBytes> Frame => _frame;

    /// <summary>For requests that wait long and have copied what they need: the frame is not held meanwhile.</summary>
    public void ReleaseFrame() => _frame.Dispose();

    /// <summary>Keeps <paramref name="resource"/> until the answer is sent or given up.</summary>
    public void HoldUntilSent(IDisposable resource) => (_held ??= []).Add(resource);

    public void Dispose()
    {
        _frame.Dispose();
        if (Response is { } response)
        {
            Response = null;
            KafkaWriterPool.Return(response);
        }

        foreach (var resource in _held ?? [])
        {
            resource.Dispose();
        }

        _held = null;
    }
}
