using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>One listener as it runs: where, how it is protected, and what its clients are told to connect to.</summary>
internal sealed record Listener(ListenerEndpoint Endpoint, SecurityProtocol Protocol)
{
    public string Name => Endpoint.Name;

    /// <summary>Certificates and keys; null where it does not speak TLS.</summary>
    public TlsServer? Tls { get; init; }

    /// <summary>The ways to log in; empty where nobody needs to.</summary>
    public IReadOnlyList<SaslMechanism> Mechanisms { get; init; } = [];

    /// <summary>
    /// What clients of this listener are told to connect to: as configured, and once its port is bound, never null.
    /// </summary>
    public ListenerEndpoint? Advertised { get; set; }
}
