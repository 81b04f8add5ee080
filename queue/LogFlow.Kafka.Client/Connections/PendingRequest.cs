using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>A request on its way: encoded, then sent, then waiting for the response with its correlation id.</summary>
internal abstract class PendingRequest(int correlationId, short version, bool pooled, long deadline)
{
    public int CorrelationId => correlationId;

    public short Version => version;

    /// <summary>Whether the response's frame comes from the pool; then its receiver must release it.</summary>
    public bool Pooled => pooled;

    /// <summary>Timestamp of the TimeProvider after which the connection is given up.</summary>
    public long Deadline => deadline;

    /// <summary>The encoded request; handed back by the send loop once the socket has taken it.</summary>
    public KafkaWriter? Payload { get; set; }

    /// <summary>Parses the response. Takes over the reference to the frame, also when it throws.</summary>
    /// <exception cref="ProtocolViolationException">The response is malformed.</exception>
    public abstract void Complete(ResponseFrame frame);

    public abstract void Fail(KafkaException exception);
}

internal sealed class PendingRequest<TRequest, TResponse>(int correlationId, short version, bool pooled, long deadline)
    : PendingRequest(correlationId, version, pooled, deadline)
    where TRequest : IKafkaRequest<TRequest, TResponse>
    where TResponse : IKafkaMessage<TResponse>
{
    private readonly TaskCompletionSource<KafkaResponse<TResponse>> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<KafkaResponse<TResponse>> Task => _completion.Task;

    public override void Complete(ResponseFrame frame)
    {
        try
        {
            var version = AnsweredVersion(frame.Memory.Span);
            var reader = new KafkaReader(frame.Memory);
            ResponseHeader.Read(ref reader, TRequest.ApiKey, version);
            var message = TResponse.Read(ref reader, version);
            if (!_completion.TrySetResult(new KafkaResponse<TResponse>(message, frame, version)))
            {
                frame.Dispose();
            }
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    public override void Fail(KafkaException exception) => _completion.TrySetException(exception);

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
