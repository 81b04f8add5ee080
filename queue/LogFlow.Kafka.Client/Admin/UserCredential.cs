namespace LogFlow.Kafka.Client;

/// <summary>That a user can log in by a mechanism; never with what.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Mechanism">SCRAM-SHA-256 or SCRAM-SHA-512; the broker's number where it is another.</param>
/// <param name="Iterations">How often the password is hashed.</param>
public sealed record UserCredential(string User, string Mechanism, int Iterations);
