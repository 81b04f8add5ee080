namespace LogFlow.Kafka.Protocol;

/// <summary>
/// What stands before a response's body:
/// <code>
/// correlation_id int32 [| tagged fields]
/// </code>
/// The tag section is there (header version 1) when the body's version is flexible, except for ApiVersions: a client
/// must be able to read that response before it knows what the broker speaks (KIP-511).
/// </summary>
public static class ResponseHeader
{
    /// <summary>Reads a header and returns its correlation id; the reader then stands at the body.</summary>
    public static int Read(ref KafkaReader reader, ApiKey key, short version)
    {
        var correlationId = reader.ReadInt32();
        if (HasTags(key, version))
        {
            reader.SkipTaggedFields();
        }

        return correlationId;
    }

    public static void Write(KafkaWriter writer, ApiKey key, short version, int correlationId)
    {
        writer.WriteInt32(correlationId);
        if (HasTags(key, version))
        {
            writer.WriteUnsignedVarint(0);
        }
    }

    private static bool HasTags(ApiKey key, short version) =>
        key != ApiKey.ApiVersions && KafkaApis.IsFlexible(key, version);
}
