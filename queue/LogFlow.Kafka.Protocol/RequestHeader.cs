namespace LogFlow.Kafka.Protocol;

/// <summary>
/// What stands before a request's body:
/// <code>
/// api_key int16 | api_version int16 | correlation_id int32 | client_id nullable string [| tagged fields]
/// </code>
/// The tag section is there (header version 2) when the body's version is flexible. The client id is never compact.
/// </summary>
/// <param name="ApiKey">Which request.</param>
/// <param name="ApiVersion">The version of the body.</param>
/// <param name="CorrelationId">Comes back in the response.</param>
/// <param name="ClientId">The client's name for itself, for logs and quotas.</param>
public readonly record struct RequestHeader(ApiKey ApiKey, short ApiVersion, int CorrelationId, string? ClientId)
{
    /// <summary>
    /// Reads a header; the reader then stands at the body. The header of an API this library does not know is read as
    /// one that is not flexible: only its body's end would tell.
    /// </summary>
    public static RequestHeader Read(ref KafkaReader reader)
    {
        var key = (ApiKey)reader.ReadInt16();
        var version = reader.ReadInt16();
        var correlationId = reader.ReadInt32();
        var clientId = reader.ReadNullableString(compact: false);
        if (KafkaApis.IsFlexible(key, version))
        {
            reader.SkipTaggedFields();
        }

        return new RequestHeader(key, version, correlationId, clientId);
    }

    public void Write(KafkaWriter writer)
    {
        writer.WriteInt16((short)ApiKey);
        writer.WriteInt16(ApiVersion);
        writer.WriteInt32(CorrelationId);
        if (ClientId is null)
        {
            writer.WriteNullString(compact: false);
        }
        else
        {
            writer.WriteString(ClientId, compact: false);
        }

        if (KafkaApis.IsFlexible(ApiKey, ApiVersion))
        {
            writer.WriteUnsignedVarint(0);
        }
    }
}
