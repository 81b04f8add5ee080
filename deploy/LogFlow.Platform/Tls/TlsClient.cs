using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>
/// Makes connections of a client secure, by one set of settings. Files are read when it is made, and again where they
/// have changed when a connection is: certificates are renewed without a restart.
/// </summary>
public sealed class TlsClient
{
    private readonly TlsClientOptions _options;

    // Guards the one below against being read by two at once; who only reads it needs no lock.
    private readonly Lock _gate = new();
    private volatile Loaded _loaded;

    /// <exception cref="TlsException">A file cannot be read, or a value is not what it should be.</exception>
    public TlsClient(TlsClientOptions options)
    {
        _options = options;
        _loaded = Load();
    }

    /// <summary>
    /// Speaks TLS over <paramref name="transport"/>, which it owns from here on, also where it fails.
    /// </summary>
    /// <param name="transport">The connected stream.</param>
    /// <param name="host">The name that was connected to.</param>
    /// <param name="cancellationToken">Gives the handshake up.</param>
    /// <exception cref="TlsException">One does not trust the other; the message says why.</exception>
    public async Task<TlsStream> ConnectAsync(Stream transport, string host, CancellationToken cancellationToken)
    {
        var stream = new SslStream(transport, leaveInnerStreamOpen: false);
        try
        {
            var loaded = Current();
            var check = new PeerCheck(loaded.Trust, host, isRequired: true, _options.Names);
            try
            {
                await stream.AuthenticateAsClientAsync(
                    OptionsFor(
                        loaded, host, (_, certificate, chain, errors) => check.Accept(certificate, chain, errors)),
                    cancellationToken);
            }
            catch (AuthenticationException error)
            {
                throw Translate(error, check, loaded);
            }
            catch (IOException error) when (error is not TlsException && TlsAlerts.Describe(error) is not null)
            {
                throw Translate(error, check, loaded);
            }
            catch (IOException error) when (error is not TlsException)
            {
                throw new TlsException(
                    "TLS: the server closed the connection in the handshake (does it speak TLS on this port?)", error);
            }

            return new TlsStream(stream, this);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Settings for a handler that makes the handshake itself (<c>SocketsHttpHandler.SslOptions</c>). Files that change
    /// later are not read again there. A refusal is an <see cref="AuthenticationException"/> with the reason.
    /// </summary>
    public SslClientAuthenticationOptions ForHttp() => OptionsFor(
        Current(),
        host: null,
        (sender, certificate, chain, errors) =>
        {
            var host = (sender as SslStream)?.TargetHostName ?? "";
            var check = new PeerCheck(Current().Trust, host, isRequired: true, _options.Names);
            return check.Accept(certificate, chain, errors)
                ? true
                : throw new AuthenticationException(check.Refusal);
        });

    /// <summary>
    /// A check of the server's certificate for a library that makes the handshake itself and takes nothing else. A
    /// refusal is an <see cref="AuthenticationException"/> with the reason.
    /// </summary>
    /// <param name="host">The name that is connected to.</param>
    public RemoteCertificateValidationCallback CheckOf(string host) => (_, certificate, chain, errors) =>
    {
        var trust = Current().Trust;
        using var own = new X509Chain();
        if (trust.NewPolicy() is { } policy && certificate is not null)
        {
            // The library's chain knows the system's authorities alone.
            own.ChainPolicy = policy;
            own.ChainPolicy.ExtraStore.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
            foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            {
                own.ChainPolicy.ExtraStore.Add(element.Certificate);
            }

            errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
            errors |= own.Build(certificate as X509Certificate2 ?? new X509Certificate2(certificate))
                ? SslPolicyErrors.None
                : SslPolicyErrors.RemoteCertificateChainErrors;
            chain = own;
        }

        var check = new PeerCheck(trust, host, isRequired: true, _options.Names);
        return check.Accept(certificate, chain, errors) ? true : throw new AuthenticationException(check.Refusal);
    };

    /// <summary>
    /// What an error of an established connection means: with TLS 1.3 a server refuses a client's certificate after
    /// the handshake. The error itself where it is none of TLS.
    /// </summary>
    internal Exception Explain(Exception error) => error is TlsException || TlsAlerts.Describe(error) is not { } meaning
        ? error
        : new TlsException($"TLS: {meaning}{AboutOurCertificate(Current())}", error);

    /// <summary>
    /// What it means when a server closes a connection before it has sent a byte: with TLS 1.3 the handshake is over
    /// for the client before the server has looked at its certificate.
    /// </summary>
    internal TlsException ExplainEnd(Exception? error = null) => new(
        "TLS: the server closed the connection right after the handshake; it may want another certificate of ours"
        + AboutOurCertificate(Current()),
        error);

    private TlsException Translate(Exception error, PeerCheck check, Loaded loaded) => new(
        check.Refusal is { } refusal
            ? $"TLS: {refusal}"
            : $"TLS: {TlsAlerts.Describe(error) ?? "the server closed the connection in the handshake"}"
                + AboutOurCertificate(loaded),
        error);

    private string AboutOurCertificate(Loaded loaded)
    {
        if (loaded.Identity is not { } identity)
        {
            return $" (no {_options.Names.Certificate} is set)";
        }

        var notAfter = identity.Certificate.NotAfter.ToUniversalTime();
        return TimeProvider.System.GetUtcNow().UtcDateTime > notAfter
            ? $" (ours, {_options.Names.Certificate}, expired on {notAfter:yyyy-MM-dd HH:mm}Z; renew it)"
            : $" (ours is '{identity.Certificate.Subject}', of {_options.Names.Certificate})";
    }

    private SslClientAuthenticationOptions OptionsFor(
        Loaded loaded, string? host, RemoteCertificateValidationCallback accept) => new()
        {
            TargetHost = host,
            EnabledSslProtocols = _options.Protocols,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = loaded.Trust.NewPolicy(),
            ClientCertificateContext = loaded.Identity?.Context,
            RemoteCertificateValidationCallback = accept,
        };

    private Loaded Current()
    {
        if (!_loaded.Stamps.HaveChanged)
        {
            return _loaded;
        }

        lock (_gate)
        {
            // Those that are replaced stay alive: a handshake may be under way with them.
            return _loaded.Stamps.HaveChanged ? _loaded = Load() : _loaded;
        }
    }

    private Loaded Load()
    {
        // Stamps first: what changes while it is read is read again.
        var stamps = new FileStamps([.. _options.CertificateAuthorities, _options.Certificate, _options.Key]);
        var identity = _options.Certificate is { } certificate
            ? TlsFiles.ReadIdentity(certificate, _options.Key, _options.KeyPassphrase, _options.Names)
            : null;
        if (identity is null && _options.Key is not null)
        {
            throw new TlsException(
                $"{_options.Names.Key}: a key without a certificate; set {_options.Names.Certificate}, too");
        }

        return new Loaded(stamps, TlsTrustReader.Read(_options), identity);
    }

    private sealed record Loaded(FileStamps Stamps, TlsTrust Trust, TlsIdentity? Identity);
}
