using System.Text;

namespace LogFlow.Queue;

/// <summary>
/// The server's side of PLAIN (RFC 4616): <c>[authorization] NUL user NUL password</c>, answered by nothing.
/// </summary>
internal sealed class PlainServerExchange(PasswordCheck passwords) : ISaslExchange
{
    private const int TokenCount = 3;

    public async ValueTask<SaslOutcome> NextAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var tokens = Encoding.UTF8.GetString(message.Span).Split('\0');
        if (tokens.Length != TokenCount)
        {
            return SaslOutcome.Refused(
                $"Invalid SASL/PLAIN response: expected {TokenCount} tokens, got {tokens.Length}");
        }

        var (authorization, user, password) = (tokens[0], tokens[1], tokens[2]);
        if (user.Length == 0)
        {
            return SaslOutcome.Refused("Authentication failed: username not specified");
        }

        if (password.Length == 0)
        {
            return SaslOutcome.Refused("Authentication failed: password not specified");
        }

        if (!await passwords.IsRightAsync(user, password, cancellationToken))
        {
            return SaslOutcome.Refused("Authentication failed: Invalid username or password");
        }

        return authorization.Length == 0 || authorization == user
            ? SaslOutcome.Done([], user)
            : SaslOutcome.Refused(
                "Authentication failed: Client requested an authorization id that is different from username");
    }
}
