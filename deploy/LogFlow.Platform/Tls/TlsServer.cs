using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace LogFlow.Platform;

/// <summary>
/// The server's side of TLS by one set of settings. Files that have changed are read again when the next connection
/// comes: a renewed certificate needs no restart. One that cannot be read leaves the former in force, and is said.
/// </summary>
public sealed class TlsServer
{
    /// <summary>Between two looks at the files: connections may come by the thousand.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly TlsServerOptions _options;
    private readonly TimeProvider _time;

    // Guards _lookedAt and the reading of files; _loaded is read without it.
    private readonly Lock _gate = new();
    private volatile Loaded _loaded;
    private long _lookedAt;

    /// <exception cref="TlsException">A file cannot be read, or does not go with another.</exception>
    public TlsServer(TlsServerOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _loaded = Load();
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Called with the new certificate's description when files were read again.</summary>
    public event Action<string>? Reloaded;

    /// <summary>Called with the reason when changed files cannot be read; those of before stay in force.</summary>
    public event Action<string>? ReloadFailed;

    /// <summary>Until when the certificate is valid.</summary>
    public DateTimeOffset NotAfter => new(_loaded.Identity.Certificate.NotAfter.ToUniversalTime());

    /// <summary>Subject and end of the certificate in force.</summary>
    public string Description => $"'{_loaded.Identity.Certificate.Subject}', valid until {NotAfter:yyyy-MM-dd}";

    /// <summary>
    /// Speaks TLS over <paramref name="transport"/>, which it owns from here on, also where it fails.
    /// </summary>
    /// <exception cref="TlsException">The handshake fails; the message says why.</exception>
    public async Task<SslStream> AcceptAsync(Stream transport, CancellationToken cancellationToken)
    {
        var stream = new SslStream(transport, leaveInnerStreamOpen: false);
        var (options, check) = NewOptions();
        try
        {
            await stream.AuthenticateAsServerAsync(options, cancellationToken);
            return stream;
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            await stream.DisposeAsync();
            throw new TlsException(
                check.Refusal ?? TlsAlerts.Describe(error) ?? "the client ended the connection in the handshake",
                error);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Settings for a handshake that somebody else makes (Kestrel asks for them at each connection).</summary>
    public SslServerAuthenticationOptions ForHandshake() => NewOptions().Options;

    private (SslServerAuthenticationOptions Options, PeerCheck Check) NewOptions()
    {
        var loaded = Current();
        var check = new PeerCheck(
            loaded.Trust,
            host: null,
            _options.ClientAuthentication == TlsClientAuthentication.Required,
            _options.Names);
        return (new SslServerAuthenticationOptions
        {
            ServerCertificateContext = loaded.Identity.Context,
            EnabledSslProtocols = _options.Protocols,
            ClientCertificateRequired = _options.ClientAuthentication != TlsClientAuthentication.None,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = loaded.Trust.NewPolicy(),
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                check.Accept(certificate, chain, errors),
            AllowRenegotiation = false,
        }, check);
    }

    private Loaded Current()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (_time.GetElapsedTime(_lookedAt, now) < LookInterval || !_loaded.Stamps.HaveChanged)
            {
                return _loaded;
            }

            _lookedAt = now;
            try
            {
                _loaded = Load();
                Reloaded?.Invoke(Description);
            }
            catch (TlsException error)
            {
                // Half written, or wrong: said once for these files, and looked at again when they change.
                _loaded = _loaded with { Stamps = NewStamps() };
                ReloadFailed?.Invoke(error.Message);
            }

            return _loaded;
        }
    }

    private Loaded Load()
    {
        var stamps = NewStamps();
        var identity = TlsFiles.ReadIdentity(
            _options.Certificate, _options.Key, _options.KeyPassphrase, _options.Names);
        var roots = TlsTrustReader.ReadRoots(
            _options.CertificateAuthorities, _options.Names.Authorities, _options.AuthoritiesPassword);
        return new Loaded(stamps, new TlsTrust(TlsVerification.Certificate, roots, null, []), identity);
    }

    private FileStamps NewStamps() =>
        new([.. _options.CertificateAuthorities, _options.Certificate, _options.Key]);

    private sealed record Loaded(FileStamps Stamps, TlsTrust Trust, TlsIdentity Identity);
}
