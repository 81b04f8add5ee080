using System.Net;
using LogFlow.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store;

/// <summary>Who is let in, and what must be there before others than this machine can connect.</summary>
public sealed partial class StoreService
{
    private StoreUsers? _users;
    private StoreGate? _gate;

    /// <summary>The address for clients, as seen from this machine.</summary>
    public Uri Address => new UriBuilder(
        _config.HttpSsl is { Enabled: true } ? "https" : "http",
        ListenAddress.OwnSide(_config.HttpHost).ToString(),
        Port).Uri;

    /// <summary>
    /// The address for this process and for tools of who may read the store's folder: on loopback, without TLS, and
    /// where it is not <see cref="Address"/> only for requests with a secret.
    /// </summary>
    public Uri InnerAddress => _gate is { InnerPort: not 0 and var port }
        ? new UriBuilder("http", "127.0.0.1", port).Uri
        : Address;

    /// <summary>Whether logins are asked for now.</summary>
    public bool AsksForLogins => _gate?.IsOn ?? true;

    /// <summary>The gate, for tests in this solution.</summary>
    internal StoreGate Gate => _gate ?? throw new InvalidOperationException("the store is not started");

    /// <summary>
    /// This process reaches the port itself neither over TLS, whose certificate names other hosts, nor at an address
    /// that is not loopback without leaving the machine's inside.
    /// </summary>
    private bool NeedsInnerPort =>
        _config.HttpSsl is { Enabled: true } || !ListenAddress.OwnSide(_config.HttpHost).Equals(IPAddress.Loopback);

    /// <summary>
    /// Who makes a request of a port beside the store's, which asks for the same logins. Failures are counted and said.
    /// </summary>
    public ValueTask<StoreLogin> LoginAsync(HttpContext context) =>
        _gate?.LoginAsync(context) ?? new ValueTask<StoreLogin>(StoreLogin.Refused(LoginFailure.Missing));

    /// <summary>Gives a refusal its status, and the headers that say how to log in, or when to come again.</summary>
    public static int Challenge(HttpContext context, LoginFailure failure) => StoreGate.Challenge(context, failure);

    /// <summary>Reads the users, makes the first ones, and refuses to open to others without.</summary>
    /// <exception cref="StartupException">
    /// The users cannot be read or made, or others could connect unknown or in clear.
    /// </exception>
    private StoreGate OpenGate(string directory, StoreSecret owner)
    {
        _users = new StoreUsers(directory, _time);
        MakeInitialUsers(_users);
        var isOpenToOthers = !ListenAddress.IsLoopback(_config.HttpHost);
        if (isOpenToOthers)
        {
            DemandSecurity("store.http.host", _config.HttpHost, _config.HttpSsl is { Enabled: true });
        }

        if (_config.UsersNeededBy is { } key && !_users.State.HasAny && _config.SecurityEnabled != false)
        {
            throw new StartupException($"{key}: {NoUsers}", exitCode: 2);
        }

        if (_config.SecurityEnabled == true && !_users.State.HasAny)
        {
            Log.NobodyCanLogIn(_logger);
        }

        // Where others can connect, the end of the last user is no invitation.
        var isEnabled = _config.SecurityEnabled ?? (isOpenToOthers || _config.UsersNeededBy is not null ? true : null);
        return new StoreGate(isEnabled, _users, _secret!, owner, _metrics, _time, _logger);
    }

    private const string NoUsers =
        "others than this machine can connect, and there is no user: name one in store.security.initial_users "
        + "(as name:password), or say store.security.enabled: false where the network itself keeps strangers out";

    private void DemandSecurity(string key, string host, bool hasTls)
    {
        if (_config.SecurityEnabled == false)
        {
            Log.OpenToAll(_logger, host);
            return;
        }

        if (!hasTls)
        {
            throw new StartupException(
                $"{key}: others than this machine can connect to '{host}', and the store does not speak TLS: set "
                + "store.http.ssl.certificate and .key ('logflow certs' makes them), or say store.security.enabled: "
                + "false where the network itself keeps strangers out",
                exitCode: 2);
        }

        if (!_users!.State.HasAny)
        {
            throw new StartupException($"{key}: {NoUsers}", exitCode: 2);
        }
    }

    private void MakeInitialUsers(StoreUsers users)
    {
        foreach (var entry in _config.SecurityInitialUsers)
        {
            var (name, _) = InitialUser.Split(entry);
            if (users.State.Users.ContainsKey(name))
            {
                continue;
            }

            try
            {
                var user = InitialUser.Make(entry);
                users.Change(state => state with { Users = state.Users.SetItem(name, user) });
            }
            catch (QueryException error)
            {
                throw new StartupException($"the user '{name}' of store.security.initial_users: {error.Message}");
            }

            Log.UserMade(_logger, name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7051, LogLevel.Information, "User '{User}' was made, as security.initial_users says.")]
        public static partial void UserMade(ILogger logger, string user);

        [LoggerMessage(7052, LogLevel.Warning,
            "Nobody can log in to the store: security.enabled is true, and there is no user. 'logflow store users set' "
            + "makes one.")]
        public static partial void NobodyCanLogIn(ILogger logger);

        [LoggerMessage(7053, LogLevel.Warning,
            "The store on {Host} takes and shows logs without a login, as security.enabled is false: whoever can "
            + "connect may read and write.")]
        public static partial void OpenToAll(ILogger logger, string host);
    }
}
