namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Whole frames, decoded as a broker and a client do.</summary>
internal static class Frames
{
    /// <summary>Decodes a request; null where a broker would refuse its API or version.</summary>
    public static (RequestHeader Header, IKafkaMessage Body)? ReadRequest(ReadOnlyMemory<byte> frame)
    {
        var reader = new KafkaReader(frame);
        var header = RequestHeader.Read(ref reader);
        if (!KafkaApis.TryGet(header.ApiKey, out var range) || !range.Contains(header.ApiVersion))
        {
            return null;
        }

        var body = ReadBody($"{header.ApiKey}Request", header.ApiVersion, reader.ReadRaw(reader.Remaining));
        return (header, body);
    }

    public static (int CorrelationId, IKafkaMessage Body) ReadResponse(
        ReadOnlyMemory<byte> frame, RequestHeader request)
    {
        var reader = new KafkaReader(frame);
        var correlationId = ResponseHeader.Read(ref reader, request.ApiKey, request.ApiVersion);
        var body = ReadBody($"{request.ApiKey}Response", request.ApiVersion, reader.ReadRaw(reader.Remaining));
        return (correlationId, body);
    }

    public static byte[] WriteRequest(RequestHeader header, IKafkaMessage body)
    {
        using var writer = new KafkaWriter();
        header.Write(writer);
        body.Write(writer, header.ApiVersion);
        return writer.ToArray();
    }

    public static byte[] WriteResponse(RequestHeader request, int correlationId, IKafkaMessage body)
    {
        using var writer = new KafkaWriter();
        KafkaFrame.WriteResponse(writer, request.ApiKey, request.ApiVersion, correlationId, body);
        return writer.ToArray()[4..];
    }

    private static IKafkaMessage ReadBody(string type, short version, ReadOnlyMemory<byte> bytes)
    {
        var (body, read) = MessageType.Find(type).Read(bytes, version);
        return read == bytes.Length
            ? body
            : throw new ProtocolViolationException($"{bytes.Length - read} bytes follow the end of the message.");
    }
}
