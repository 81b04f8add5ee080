using System.Net.Sockets;
using System.Security.Authentication;

namespace LogFlow.Platform;

/// <summary>Says in plain words why a handshake failed, from what the platform's TLS says.</summary>
internal static class TlsAlerts
{
    /// <summary>A part of OpenSSL's text (lower case), and what it means to whoever set up the connection.</summary>
    private static readonly (string Said, string Meaning)[] Known =
    [
        ("wrong version number", "the peer does not speak TLS on this port"),
        ("packet length too long", "the peer does not speak TLS on this port"),
        ("http request", "the peer speaks HTTP in clear on this TLS port"),
        ("cannot determine the frame size", "the peer does not speak TLS on this port"),
        ("frame size", "the peer does not speak TLS on this port"),
        ("unknown ca", "the peer does not trust the authority of our certificate"),
        ("unknown_ca", "the peer does not trust the authority of our certificate"),
        ("certificate required", "the peer wants a certificate of ours"),
        ("certificate expired", "the peer says that our certificate has expired"),
        ("certificate unknown", "the peer does not accept our certificate"),
        ("bad certificate", "the peer does not accept our certificate, or wants one"),
        ("handshake failure", "the peer accepts none of our settings (TLS version, ciphers), or wants a certificate"),
        ("handshake_failure", "the peer accepts none of our settings (TLS version, ciphers), or wants a certificate"),
        ("protocol version", "the peer does not speak a TLS version that is allowed here"),
        ("unsupported protocol", "the peer does not speak a TLS version that is allowed here"),
        ("no shared cipher", "the peer and we have no cipher in common"),
        ("peer did not return a certificate", "the client shows no certificate, and one is required"),
    ];

    /// <summary>The meaning; null where the error does not come from TLS.</summary>
    public static string? Describe(Exception error)
    {
        var isTls = false;
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            isTls |= cause is AuthenticationException;
            var known = Array.Find(
                Known, pair => cause.Message.Contains(pair.Said, StringComparison.OrdinalIgnoreCase));
            if (known.Meaning is not null && (isTls || cause.Message.Contains("SSL", StringComparison.Ordinal)))
            {
                return known.Meaning;
            }
        }

        if (!isTls)
        {
            return null;
        }

        var root = error.GetBaseException();
        return root is SocketException or EndOfStreamException ? null : root.Message.TrimEnd('.');
    }
}
