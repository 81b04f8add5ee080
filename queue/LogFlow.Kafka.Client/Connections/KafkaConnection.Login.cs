using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <content>Logging in, after the versions are agreed on and before anything else.</content>
internal sealed partial class KafkaConnection
{
    private async Task LogInAsync(SaslLogin login, CancellationToken cancellationToken)
    {
        var version = Versions.Negotiate<SaslHandshakeRequest, SaslHandshakeResponse>();
        using (var answer = await SendAsync<SaslHandshakeRequest, SaslHandshakeResponse>(
            new SaslHandshakeRequest { Mechanism = login.Mechanism.Name }, version, false, null, cancellationToken))
        {
            CheckHandshake(login, answer.Message);
        }

        if (!login.Mechanism.IsScram)
        {
            await SendTokenAsync(
                login, Encoding.UTF8.GetBytes($"\0{login.User}\0{login.Password}"), cancellationToken);
            return;
        }

        var exchange = new ScramClientExchange(login.Mechanism, login.User, login.Password);
        var first = await SendTokenAsync(login, exchange.First(), cancellationToken);
        var second = await SendTokenAsync(login, Final(exchange, first.Span), cancellationToken);
        if (!exchange.Verify(second.Span))
        {
            throw new KafkaException(
                ErrorCode.SaslAuthenticationFailed,
                $"the broker does not prove that it knows the password of {login}: it is not who it says it is");
        }
    }

    private static byte[] Final(ScramClientExchange exchange, ReadOnlySpan<byte> serverFirst)
    {
        try
        {
            return exchange.Final(serverFirst);
        }
        catch (ProtocolViolationException violation)
        {
            throw new KafkaException(ErrorCode.SaslAuthenticationFailed, violation.Message, violation);
        }
    }

    private static void CheckHandshake(SaslLogin login, SaslHandshakeResponse answer)
    {
        switch (answer.ErrorCode)
        {
            case ErrorCode.None:
                return;
            case ErrorCode.UnsupportedSaslMechanism:
                throw new KafkaException(
                    answer.ErrorCode,
                    $"the broker does not offer {login.Mechanism}; it offers {string.Join(", ", answer.Mechanisms)}");
            case ErrorCode.IllegalSaslState:
                throw new KafkaException(
                    answer.ErrorCode,
                    "the broker's listener asks for no login; connect without SASL, or to another port");
            default:
                throw new KafkaException(answer.ErrorCode, $"the broker refuses to begin a login: {answer.ErrorCode}");
        }
    }

    private async Task<ReadOnlyMemory<byte>> SendTokenAsync(
        SaslLogin login, byte[] token, CancellationToken cancellationToken)
    {
        var version = Versions.Negotiate<SaslAuthenticateRequest, SaslAuthenticateResponse>();
        using var answer = await SendAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(
            new SaslAuthenticateRequest { AuthBytes = token }, version, false, null, cancellationToken);
        return answer.Message.ErrorCode == ErrorCode.None
            ? answer.Message.AuthBytes
            : throw new KafkaException(
                answer.Message.ErrorCode,
                $"the broker refuses the login of user {login}: "
                + $"{answer.Message.ErrorMessage?.TrimEnd('.') ?? answer.Message.ErrorCode.ToString()}; "
                + $"see {login.KeyNames}");
    }
}
