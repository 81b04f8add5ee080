using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What the queue keeps of a password: enough to check a proof, not enough to make one.</summary>
internal sealed record ScramCredential(byte[] Salt, byte[] StoredKey, byte[] ServerKey, int Iterations)
{
    /// <summary>Of what AlterUserScramCredentials brings: the client has salted the password already.</summary>
    public static ScramCredential Of(SaslMechanism mechanism, byte[] salt, byte[] saltedPassword, int iterations) =>
        new(
        salt,
        ScramFormula.StoredKey(mechanism, ScramFormula.ClientKey(mechanism, saltedPassword)),
        ScramFormula.ServerKey(mechanism, saltedPassword),
        iterations);

    /// <summary>Of a password.</summary>
    public static ScramCredential OfPassword(SaslMechanism mechanism, string password)
    {
        var salt = ScramFormula.NewSalt();
        return Of(
            mechanism,
            salt,
            ScramFormula.SaltPassword(mechanism, password, salt, ScramFormula.IterationsMin),
            ScramFormula.IterationsMin);
    }
}
