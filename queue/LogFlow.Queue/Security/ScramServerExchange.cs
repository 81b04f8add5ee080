using System.Security.Cryptography;
using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// The server's side of SCRAM (RFC 5802). A user that does not exist gets the same answers as one whose password is
/// wrong: Kafka refuses the former one message earlier. librdkafka before 2.6.1 (Debian 12's) says its own nonce
/// twice in its last message: Kafka of today refuses that, here it is taken. It weakens nothing, as the proof is over
/// our nonce in any case.
/// </summary>
internal sealed class ScramServerExchange(SaslMechanism mechanism, UserStore users) : ISaslExchange
{
    private readonly string _nonce = ScramFormula.NewNonce();
    private string? _user;
    private string _firstMessages = "";
    private string _clientNonce = "";
    private string _expectedNonce = "";
    private ScramCredential? _credential;

    /// <summary>Kafka's words for whatever is wrong with a login by SCRAM.</summary>
    private string InvalidCredentials =>
        $"Authentication failed during authentication due to invalid credentials with SASL mechanism {mechanism.Name}";

    public ValueTask<SaslOutcome> NextAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        new(_credential is null ? First(message.Span) : Final(message.Span));

    /// <summary><c>n,[a=authorization],n=user,r=nonce[,extensions]</c></summary>
    private SaslOutcome First(ReadOnlySpan<byte> message)
    {
        var text = Encoding.UTF8.GetString(message);
        var parts = text.Split(',', 3);
        if (parts.Length != 3 || parts[0] != "n" || (parts[1].Length > 0
            && !parts[1].StartsWith("a=", StringComparison.Ordinal)))
        {
            return SaslOutcome.Refused(InvalidCredentials);
        }

        var bare = new ScramAttributes(parts[2]);
        _user = bare.Take('n') is { Length: > 0 } name ? ScramFormula.Unescape(name) : null;
        _clientNonce = bare.Take('r') ?? "";
        if (_user is null || _clientNonce.Length == 0)
        {
            return SaslOutcome.Refused(InvalidCredentials);
        }

        if (parts[1].Length > 0 && ScramFormula.Unescape(parts[1][2..]) != _user)
        {
            return SaslOutcome.Refused(
                "Authentication failed: Client requested an authorization id that is different from username");
        }

        _credential = users.FindOrFake(_user, mechanism);
        _expectedNonce = _clientNonce + _nonce;
        var reply = $"r={_expectedNonce},s={Convert.ToBase64String(_credential.Salt)},i={_credential.Iterations}";
        _firstMessages = $"{parts[2]},{reply}";
        return SaslOutcome.Continue(Encoding.UTF8.GetBytes(reply));
    }

    private bool IsNonce(string? nonce) => nonce == _expectedNonce || nonce == _clientNonce + _expectedNonce;

    /// <summary><c>c=binding,r=nonce,p=proof</c></summary>
    private SaslOutcome Final(ReadOnlySpan<byte> message)
    {
        var text = Encoding.UTF8.GetString(message);
        var proofStart = text.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofStart < 0)
        {
            return SaslOutcome.Refused(InvalidCredentials);
        }

        var attributes = new ScramAttributes(text);
        var binding = attributes.Take('c');
        var nonce = attributes.Take('r');
        var last = new ScramAttributes(text[(proofStart + 1)..]);
        if (binding is null || !IsNonce(nonce) || last.TakeBytes('p') is not { } proof
            || proof.Length != mechanism.HashBytes)
        {
            return SaslOutcome.Refused(InvalidCredentials);
        }

        var authMessage = $"{_firstMessages},{text[..proofStart]}";
        var signature = ScramFormula.Sign(mechanism, _credential!.StoredKey, authMessage);
        var storedKey = ScramFormula.StoredKey(mechanism, ScramFormula.Xor(proof, signature));
        if (!CryptographicOperations.FixedTimeEquals(storedKey, _credential.StoredKey))
        {
            return SaslOutcome.Refused(InvalidCredentials);
        }

        var serverSignature = ScramFormula.Sign(mechanism, _credential.ServerKey, authMessage);
        return SaslOutcome.Done(Encoding.UTF8.GetBytes($"v={Convert.ToBase64String(serverSignature)}"), _user!);
    }
}
