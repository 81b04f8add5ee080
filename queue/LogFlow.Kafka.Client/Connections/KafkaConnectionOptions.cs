using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <param name="ClientId">Sent with each request; shows in the broker's logs and quotas.</param>
/// <param name="RequestTimeout">How long a response may take before the connection is given up.</param>
/// <param name="InFlightCountMax">Requests sent and not yet answered; more wait.</param>
/// <param name="ResponseBytesMax">Longer frames are taken for garbage, and the connection is closed.</param>
/// <param name="Buffers">Lends the memory that responses are received into.</param>
internal sealed record KafkaConnectionOptions(
    string ClientId, TimeSpan RequestTimeout, int InFlightCountMax, int ResponseBytesMax, BytePool Buffers)
{
    /// <summary>Who the client is; null where nobody asks.</summary>
    public SaslLogin? Login { get; init; }
}
