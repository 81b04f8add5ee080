using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// The client's side of SCRAM: three messages, after which both sides know that the other one knows the password.
/// </summary>
/// <param name="mechanism">Which hash.</param>
/// <param name="user">The name.</param>
/// <param name="password">The password, which stays here.</param>
/// <param name="nonce">What this exchange is told from others by; tests give their own.</param>
public sealed class ScramClientExchange(SaslMechanism mechanism, string user, string password, string? nonce = null)
{
    /// <summary>No channel binding, no authorization id.</summary>
    private const string Gs2Header = "n,,";

    /// <summary>A server that asks for more wants to keep us busy. Ten times what Kafka allows.</summary>
    private const int IterationsMax = 10 * ScramFormula.IterationsMax;

    private readonly string _nonce = nonce ?? ScramFormula.NewNonce();
    private string _firstBare = "";
    private byte[] _serverSignature = [];

    /// <summary><c>n,,n=user,r=nonce</c></summary>
    public byte[] First()
    {
        _firstBare = $"n={ScramFormula.Escape(user)},r={_nonce}";
        return Encoding.UTF8.GetBytes(Gs2Header + _firstBare);
    }

    /// <summary>Answers <c>r=nonce,s=salt,i=iterations</c> with <c>c=biws,r=nonce,p=proof</c>.</summary>
    /// <exception cref="ProtocolViolationException">The server's message is not one of SCRAM's.</exception>
    public byte[] Final(ReadOnlySpan<byte> serverFirst)
    {
        var text = Encoding.UTF8.GetString(serverFirst);
        var attributes = new ScramAttributes(text);
        var nonce = attributes.Take('r');
        var salt = attributes.TakeBytes('s');
        if (nonce is null || salt is null || !nonce.StartsWith(_nonce, StringComparison.Ordinal)
            || nonce.Length == _nonce.Length
            || !int.TryParse(attributes.Take('i'), NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < 1 or > IterationsMax)
        {
            throw new ProtocolViolationException("the server's first message is not one of " + mechanism.Name);
        }

        var withoutProof = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(Gs2Header))},r={nonce}";
        var authMessage = $"{_firstBare},{text},{withoutProof}";
        var salted = ScramFormula.SaltPassword(mechanism, password, salt, iterations);
        var clientKey = ScramFormula.ClientKey(mechanism, salted);
        var signature = ScramFormula.Sign(mechanism, ScramFormula.StoredKey(mechanism, clientKey), authMessage);
        _serverSignature = ScramFormula.Sign(mechanism, ScramFormula.ServerKey(mechanism, salted), authMessage);
        return Encoding.UTF8.GetBytes(
            $"{withoutProof},p={Convert.ToBase64String(ScramFormula.Xor(clientKey, signature))}");
    }

    /// <summary>Whether <c>v=signature</c> proves that the server knows the password's hash, too.</summary>
    public bool Verify(ReadOnlySpan<byte> serverFinal)
    {
        var attributes = new ScramAttributes(Encoding.UTF8.GetString(serverFinal));
        return attributes.TakeBytes('v') is { } signature
            && CryptographicOperations.FixedTimeEquals(signature, _serverSignature);
    }
}
