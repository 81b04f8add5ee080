using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using ProtocolViolationException = LogFlow.Kafka.Protocol.ProtocolViolationException;

namespace LogFlow.Queue;

/// <summary>
/// The login of one connection, before any other request of it is served: ApiVersions may come first, then
/// SaslHandshake names the mechanism, then messages go to and fro, in SaslAuthenticate requests or, after a
/// SaslHandshake of version 0, bare. As in Kafka, whatever else comes ends the connection.
/// </summary>
internal sealed class SaslAuthenticator(
    Listener listener, LoginServices logins, RequestDispatcher dispatcher, TimeProvider time)
{
    /// <summary>Matches Kafka's <c>sasl.server.max.receive.size</c>.</summary>
    public const int FrameBytesMax = 524_288;

    /// <summary>Matches Kafka's <c>connection.failed.authentication.delay.ms</c>: guessing takes time.</summary>
    private static readonly TimeSpan FailureDelay = TimeSpan.FromMilliseconds(100);

    private SaslMechanism? _mechanism;
    private ISaslExchange? _exchange;
    private bool _isBare;
    private bool _askedVersions;

    /// <summary>Whether messages come without a Kafka header from here on.</summary>
    public bool IsBare => _isBare && _exchange is not null;

    /// <summary>The mechanism that the client has chosen, for messages.</summary>
    public string MechanismName => _mechanism?.Name ?? "none yet";

    /// <summary>Takes the next request and writes its answer into it.</summary>
    /// <returns>Who the client is, or why it is refused, or neither: more is to come.</returns>
    /// <exception cref="ProtocolViolationException">No such request belongs here.</exception>
    public async ValueTask<SaslOutcome> NextAsync(RequestContext request, CancellationToken cancellationToken)
    {
        var handler = dispatcher.Route(request);
        switch (request.Header.ApiKey)
        {
            case ApiKey.ApiVersions when _exchange is null && !_askedVersions:
                await handler.ProcessAsync(request);
                _askedVersions = request.Version <= handler.MaxVersion;
                return default;
            case ApiKey.SaslHandshake when _exchange is null:
                return Handshake(request);
            case ApiKey.SaslAuthenticate when _exchange is not null && !_isBare:
                return await AuthenticateAsync(request, cancellationToken);
            default:
                throw new ProtocolViolationException(
                    $"{request.Header.ApiKey} request before the client has logged in (listener {listener.Name} is "
                    + $"{listener.Protocol.Name})");
        }
    }

    /// <summary>Takes the next bare message.</summary>
    public async ValueTask<SaslOutcome> NextBareAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var outcome = await _exchange!.NextAsync(message, cancellationToken);
        if (outcome.Failure is not null)
        {
            await DelayAsync(cancellationToken);
        }

        return outcome;
    }

    private SaslOutcome Handshake(RequestContext context)
    {
        var request = Read<SaslHandshakeRequest, SaslHandshakeResponse>(context);
        _mechanism = listener.Mechanisms.FirstOrDefault(mechanism => mechanism.Name == request.Mechanism);
        context.Respond(new SaslHandshakeResponse
        {
            ErrorCode = _mechanism is null ? ErrorCode.UnsupportedSaslMechanism : ErrorCode.None,
            Mechanisms = [.. listener.Mechanisms.Select(static mechanism => mechanism.Name)],
        });
        if (_mechanism is null)
        {
            return SaslOutcome.Refused($"mechanism {LogSafe(request.Mechanism)} is not in sasl.enabled.mechanisms");
        }

        _isBare = context.Version == 0;
        _exchange = logins.Begin(_mechanism);
        return default;
    }

    private async ValueTask<SaslOutcome> AuthenticateAsync(RequestContext context, CancellationToken cancellationToken)
    {
        var request = Read<SaslAuthenticateRequest, SaslAuthenticateResponse>(context);
        var outcome = await _exchange!.NextAsync(request.AuthBytes, cancellationToken);
        if (outcome.Failure is null)
        {
            context.Respond(new SaslAuthenticateResponse { AuthBytes = outcome.Reply });
            return outcome;
        }

        await DelayAsync(cancellationToken);
        context.Respond(new SaslAuthenticateResponse
        {
            ErrorCode = ErrorCode.SaslAuthenticationFailed,
            ErrorMessage = outcome.Failure,
        });
        return outcome;
    }

    private Task DelayAsync(CancellationToken cancellationToken) => Task.Delay(FailureDelay, time, cancellationToken);

    /// <summary>What the client wrote, short enough for a line of the log.</summary>
    private static string LogSafe(string text) => $"'{(text.Length > 40 ? text[..40] : text)}'";

    private static TRequest Read<TRequest, TResponse>(RequestContext context)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        var reader = new KafkaReader(context.Body);
        return TRequest.Read(ref reader, context.Version);
    }
}
