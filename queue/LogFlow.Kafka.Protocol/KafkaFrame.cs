using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// Whole frames, as they go over a connection:
/// <code>
/// length int32 (of what follows) | header | body
/// </code>
/// </summary>
public static class KafkaFrame
{
    /// <summary>Writes a request's frame into an empty writer.</summary>
    public static void WriteRequest<TRequest, TResponse>(
        KafkaWriter writer, TRequest request, short version, int correlationId, string? clientId)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        writer.BeginFrame();
        new RequestHeader(TRequest.ApiKey, version, correlationId, clientId).Write(writer);
        request.Write(writer, version);
        writer.EndFrame();
    }

    /// <summary>Writes a response's frame into an empty writer.</summary>
    public static void WriteResponse(
        KafkaWriter writer, ApiKey key, short version, int correlationId, IKafkaMessage response)
    {
        writer.BeginFrame();
        ResponseHeader.Write(writer, key, version, correlationId);
        response.Write(writer, version);
        writer.EndFrame();
    }

    /// <summary>
    /// Writes the answer to an ApiVersions request whose version the broker does not have: the body in version 0, which
    /// every client can read, with UNSUPPORTED_VERSION and the versions to try instead (KIP-511).
    /// </summary>
    public static void WriteUnsupportedApiVersions(KafkaWriter writer, int correlationId, ApiVersionsResponse response)
    {
        response.ErrorCode = ErrorCode.UnsupportedVersion;
        WriteResponse(writer, ApiKey.ApiVersions, version: 0, correlationId, response);
    }
}
