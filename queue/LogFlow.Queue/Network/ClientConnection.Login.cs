using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using ProtocolViolationException = LogFlow.Kafka.Protocol.ProtocolViolationException;

namespace LogFlow.Queue;

/// <summary>Who the client is, before anything else: the handshake of TLS, then SASL.</summary>
internal sealed partial class ClientConnection
{
    /// <summary>Kafka's name for who has not said who it is.</summary>
    private const string Anonymous = "User:ANONYMOUS";

    private string? _cutReason;

    /// <summary>Whom the connection speaks for, as Kafka writes principals.</summary>
    public string Principal { get; private set; } = Anonymous;

    /// <summary>Whether the client has proven who it is.</summary>
    public bool IsAuthenticated => Listener.Protocol.UsesSasl || Principal != Anonymous;

    /// <summary>The listener that it came in by.</summary>
    public Listener Listener { get; }

    /// <summary>The host that this client is told to connect to.</summary>
    public string AdvertisedHost => Listener.Advertised!.Host;

    /// <summary>The port that this client is told to connect to.</summary>
    public int AdvertisedPort => Listener.Advertised!.Port;

    /// <summary>Ends a login that takes too long.</summary>
    public void CutLogin(string reason)
    {
        Volatile.Write(ref _cutReason, reason);
        Close();
    }

    /// <summary>True: the client may ask. Whatever else happened has been said.</summary>
    private async Task<bool> LogInAsync()
    {
        if (Listener.Tls is null && !Listener.Protocol.UsesSasl)
        {
            return true;
        }

        var place = _server.Logins.Enter(this);
        using var limit = new CancellationTokenSource(_options.LoginTimeout, _time);
        await using var cut = limit.Token.Register(
            () => CutLogin($"it did not log in within {_options.LoginTimeout.TotalSeconds:0.#} s"));
        try
        {
            await _transport.OpenAsync(Closing);
            if (_transport.CertificateSubject is { } subject)
            {
                Principal = "User:" + subject;
            }

            return !Listener.Protocol.UsesSasl || await AuthenticateAsync();
        }
        catch (Exception error) when (Volatile.Read(ref _cutReason) is { } reason && IsDisconnect(error))
        {
            _server.Logins.Failed(Peer, Listener, reason);
            return false;
        }
        catch (TlsException error)
        {
            _server.Logins.Failed(Peer, Listener, error.Message);
            return false;
        }
        finally
        {
            _server.Logins.Leave(place);
        }
    }

    private async Task<bool> AuthenticateAsync()
    {
        var sasl = new SaslAuthenticator(Listener, _server.LoginServices, _dispatcher, _time);
        while (await _receiver.ReceivePrefixAsync(_lengthPrefix))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(_lengthPrefix);
            if (length < (sasl.IsBare ? 1 : FrameBytesMin) || length > SaslAuthenticator.FrameBytesMax)
            {
                throw new ProtocolViolationException($"frame of {length} bytes in a login");
            }

            var frame = await _receiver.ReceiveAsync(length, Closing);
            var outcome = sasl.IsBare ? await AnswerBareAsync(sasl, frame) : await AnswerAsync(sasl, frame);
            if (outcome.Failure is { } failure)
            {
                _server.Logins.Failed(Peer, Listener, $"{failure} ({sasl.MechanismName})");
                return false;
            }

            if (outcome.User is { } user)
            {
                Principal = "User:" + user;
                return true;
            }
        }

        return false;
    }

    private async ValueTask<SaslOutcome> AnswerAsync(SaslAuthenticator sasl, Lease<LeasedBytes> frame)
    {
        using var request = new RequestContext(this, frame, _time.GetTimestamp());
        var outcome = await sasl.NextAsync(request, Closing);
        if (request.Response is { } response)
        {
            await _sender.SendAsync(response);
        }

        _dispatcher.Answered(request);
        return outcome;
    }

    private async ValueTask<SaslOutcome> AnswerBareAsync(SaslAuthenticator sasl, Lease<LeasedBytes> frame)
    {
        SaslOutcome outcome;
        using (frame)
        {
            outcome = await sasl.NextBareAsync(frame.Value.Memory, Closing);
        }

        if (outcome.Failure is null)
        {
            using var reply = new KafkaWriter();
            reply.WriteBytes(outcome.Reply, compact: false);
            await _sender.SendAsync(reply);
        }

        return outcome;
    }
}
