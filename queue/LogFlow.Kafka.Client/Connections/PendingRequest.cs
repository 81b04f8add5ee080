using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>A request on its way: encoded, then sent, then waiting for the response with its correlation id.</summary>
internal abstract class PendingRequest(int correlationId, short version, bool pooled, long deadline)
{
    public int CorrelationId => correlationId;

    public short Version => version;

    /// <summary>Whether the response's receiver gets the frame's lease, and must dispose it.</summary>
    protected bool Pooled => pooled;

    /// <summary>Timestamp of the TimeProvider after which the connection is given up.</summary>
    public long Deadline => deadline;

    /// <summary>The encoded request; handed back by the send loop once the socket has taken it.</summary>
    public KafkaWriter? Payload { get; set; }

    /// <summary>Parses the response. Takes over the lease of the frame, also when it throws.</summary>
    /// <exception cref="ProtocolViolationException">The response is malformed.</exception>
    public abstract void Complete(Lease<LeasedBytes> frame);

    public abstract void Fail(KafkaException exception);

    /// <summary>Nobody waits any more: what comes, or has come, is given back here.</summary>
    public abstract void Abandon();
}

internal sealed class PendingRequest<TRequest, TResponse>(int correlationId, short version, bool pooled, long deadline)
    : PendingRequest(correlationId, version, pooled, deadline)
    where TRequest : IKafkaRequest<TRequest, TResponse>
    where TResponse : IKafkaMessage<TResponse>
{
    private readonly TaskCompletionSource<KafkaResponse<TResponse>> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<KafkaResponse<TResponse>> Task => _completion.Task;

    public override void Complete(Lease<LeasedBytes> frame)
    {
        var isTaken = false;
        try
        {
            var bytes = Pooled ? frame.Value.Memory : frame.Value.Span.ToArray();
            var version = AnsweredVersion(bytes.Span);
            var reader = new KafkaReader(bytes);
            ResponseHeader.Read(ref reader, TRequest.ApiKey, version);
            var message = TResponse.Read(ref reader, version);
            isTaken = _completion.TrySetResult(
                new KafkaResponse<TResponse>(message, Pooled ? frame : null, version)) && Pooled;
        }
        finally
        {
            if (!isTaken)
            {
                frame.Dispose();
            }
        }
    }

    public override void Fail(KafkaException exception) => _completion.TrySetException(exception);

    public override void Abandon()
    {
        if (_completion.TrySetCanceled())
        {
            return;
        }

        if (Task.IsCompletedSuccessfully)
        {
            Task.Result.Dispose();
        }
        else
        {
            // Looked at, so that it is not reported as unobserved.
            _ = Task.Exception;
        }
    }

    /// <summary>
    /// The version of the request, but for one case: a broker that does not know our version of ApiVersions answers
    /// UNSUPPORTED_VERSION in version 0 (KIP-511). The error stands first in all versions of that response.
    /// </summary>
    private short AnsweredVersion(ReadOnlySpan<byte> frame)
    {
        var isRefusedHandshake = TRequest.ApiKey == ApiKey.ApiVersions
            && frame.Length >= sizeof(int) + sizeof(short)
            && BinaryPrimitives.ReadInt16BigEndian(frame[sizeof(int)..]) == (short)ErrorCode.UnsupportedVersion;
        return isRefusedHandshake ? (short)0 : Version;
    }
}
