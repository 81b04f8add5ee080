using LogFlow.Platform;

namespace LogFlow.Kafka.Client;

/// <summary>How connections to a cluster are protected.</summary>
public sealed record KafkaSecurity
{
    /// <summary>Neither encrypted nor logged in.</summary>
    public static KafkaSecurity None { get; } = new();

    /// <summary>Certificates and whom to trust; null: in clear.</summary>
    public TlsClient? Tls { get; init; }

    /// <summary>User and password; null: nobody asks.</summary>
    public SaslLogin? Login { get; init; }
}
