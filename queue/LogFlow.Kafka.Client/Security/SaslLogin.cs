using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>Who the client says it is, and how it proves it. The password is secret.</summary>
/// <param name="Mechanism">PLAIN or one of SCRAM's.</param>
/// <param name="User">The user's name.</param>
/// <param name="Password">The password.</param>
public sealed record SaslLogin(SaslMechanism Mechanism, string User, string Password)
{
    /// <summary>What the configuration calls user and password, for messages.</summary>
    public string KeyNames { get; init; } = "username and password";

    /// <summary>Without the password.</summary>
    public override string ToString() => $"'{User}' ({Mechanism})";
}
