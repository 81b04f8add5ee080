using LogFlow.Hosting;
using LogFlow.Kafka.Protocol;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <content>Where the queue listens, and who may come in.</content>
public sealed partial class QueueService
{
    private static readonly TimeSpan ExpiryWarning = TimeSpan.FromDays(30);

    private readonly Dictionary<string, int> _boundPorts = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The listener that others of this process and machine use: the first that asks for nothing, else the first.
    /// </summary>
    private Listener? Main =>
        _listeners.FirstOrDefault(static listener => listener.Protocol == SecurityProtocol.Plaintext)
        ?? (_listeners.Count > 0 ? _listeners[0] : null);

    /// <summary>The port of the listener of that name; 0 where there is none.</summary>
    public int PortOf(string listenerName) => _boundPorts.GetValueOrDefault(listenerName);

    private async Task ListenAsync(SocketServer server, CancellationToken cancellationToken)
    {
        _listeners = ListenerReader.Read(_config, _time, []);
        foreach (var listener in _listeners)
        {
            Watch(listener);
            var bound = await server.ListenAsync(listener, cancellationToken);
            listener.Advertised = listener.Advertised switch
            {
                null => listener.Endpoint.Advertise(bound),
                { Port: 0 } configured => configured with { Port = bound.Port },
                var configured => configured,
            };
            _boundPorts[listener.Name] = bound.Port;
            if (listener == Main)
            {
                Port = bound.Port;
            }
        }
    }

    private async Task CreateInitialUsersAsync(UserStore users)
    {
        foreach (var entry in _config.SaslInitialUsers)
        {
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            var (user, password) = (entry[..colon], entry[(colon + 1)..]);
            var changes = SaslMechanism.All
                .Where(mechanism => mechanism.IsScram && users.Find(user, mechanism) is null)
                .Select(mechanism =>
                    (user, mechanism, (ScramCredential?)ScramCredential.OfPassword(mechanism, password)))
                .ToArray();
            if (changes.Length == 0)
            {
                continue;
            }

            if (await users.AlterAsync(changes) != ErrorCode.None)
            {
                throw new StartupException($"the disk of {_config.DataDirectory} does not take the user '{user}'");
            }

            Log.UserCreated(_logger, user);
        }

        if (users.Count == 0 && _listeners.FirstOrDefault(static listener => listener.Protocol.UsesSasl) is { } sasl)
        {
            Log.NoUsers(_logger, sasl.Name);
        }
    }

    private void Watch(Listener listener)
    {
        if (listener.Tls is null)
        {
            if (listener.Mechanisms.Contains(SaslMechanism.Plain))
            {
                Log.PasswordsInClear(_logger, listener.Name);
            }

            return;
        }

        var left = listener.Tls.NotAfter - _time.GetUtcNow();
        if (left < TimeSpan.Zero)
        {
            Log.CertificateExpired(_logger, listener.Name, listener.Tls.Description);
        }
        else if (left < ExpiryWarning)
        {
            Log.CertificateExpires(_logger, listener.Name, (int)left.TotalDays, listener.Tls.Description);
        }

        listener.Tls.Reloaded += description => Log.CertificateReloaded(_logger, listener.Name, description);
        listener.Tls.ReloadFailed += reason => Log.CertificateNotReloaded(_logger, listener.Name, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(3050, LogLevel.Information, "User '{User}' was made, as sasl.initial.users says.")]
        public static partial void UserCreated(ILogger logger, string user);

        [LoggerMessage(3051, LogLevel.Warning,
            "Nobody can log in to listener {Listener}: there is no user. Make one with kafka-configs, by a "
            + "listener that needs no login, or name one in sasl.initial.users.")]
        public static partial void NoUsers(ILogger logger, string listener);

        [LoggerMessage(3052, LogLevel.Warning,
            "Listener {Listener} takes passwords in clear (PLAIN without TLS): use SASL_SSL, or SCRAM only.")]
        public static partial void PasswordsInClear(ILogger logger, string listener);

        [LoggerMessage(3053, LogLevel.Error,
            "The certificate of listener {Listener} has expired: {Description}. Clients refuse it; renew it, no "
            + "restart is needed.")]
        public static partial void CertificateExpired(ILogger logger, string listener, string description);

        [LoggerMessage(3054, LogLevel.Warning,
            "The certificate of listener {Listener} expires in {Days} days: {Description}.")]
        public static partial void CertificateExpires(ILogger logger, string listener, int days, string description);

        [LoggerMessage(3055, LogLevel.Information, "Listener {Listener} has a new certificate: {Description}.")]
        public static partial void CertificateReloaded(ILogger logger, string listener, string description);

        [LoggerMessage(3056, LogLevel.Error,
            "The changed certificate of listener {Listener} is not used, the former stays: {Reason}.")]
        public static partial void CertificateNotReloaded(ILogger logger, string listener, string reason);
    }
}
