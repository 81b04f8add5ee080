using System.Net;
using System.Text.Json;
using LogFlow.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LogFlow.Store;

/// <summary>
/// Stands before the store's API and tells who makes a request: everybody where there are no logins, whoever proves to
/// be a user or an API key, or to be able to read the store's folder.
/// </summary>
internal sealed partial class StoreGate(
    bool? isEnabled, StoreUsers users, StoreSecret processor, StoreSecret owner, StoreMetrics metrics,
    TimeProvider time, ILogger logger)
    : IDisposable
{
    /// <summary>Seconds that a throttled client is told to wait.</summary>
    private const string RetryAfter = "1";

    /// <summary>Elasticsearch's challenges of those kinds that are known here.</summary>
    private static readonly string[] Challenges = ["Basic realm=\"security\", charset=\"UTF-8\"", "ApiKey"];

    private readonly StoreLogins _logins = new(users, time);
    private readonly LogThrottle _said = new(TimeSpan.FromSeconds(1), time);

    /// <summary>
    /// Whether logins are asked for: as <c>security.enabled</c> says, else from the first user or API key on.
    /// </summary>
    public bool IsOn => isEnabled ?? users.State.HasAny;

    /// <summary>Whether logins could be asked for: <c>security.enabled: false</c> says no, for ever.</summary>
    public bool CanBeOn => isEnabled != false;

    public StoreLogins Logins => _logins;

    /// <summary>
    /// The port, on loopback and without TLS, by which this process talks to itself; nobody else knows a secret,
    /// one of which each request there must have. 0: there is none.
    /// </summary>
    public int InnerPort { get; set; }

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var login = await LoginAsync(context);
        if (login.Principal is null)
        {
            await RefuseAsync(context, login);
            return;
        }

        context.Features.Set(new IndexAccess(login.Principal));
        await next(context);
    }

    /// <summary>Who makes the request. Failures are counted and said.</summary>
    public async ValueTask<StoreLogin> LoginAsync(HttpContext context)
    {
        var holder = IsOwner(context.Request) ? StorePrincipal.Owner
            : processor.IsHeldBy(context.Request) ? StorePrincipal.Processor
            : null;
        var isInner = InnerPort != 0 && context.Connection.LocalPort == InnerPort;
        if (isInner && holder is null)
        {
            return Failed(context, StoreLogin.Refused(LoginFailure.Missing));
        }

        if (!IsOn)
        {
            return StoreLogin.Of(StorePrincipal.Everybody);
        }

        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return holder is not null
                ? StoreLogin.Of(holder)
                : Failed(context, StoreLogin.Refused(LoginFailure.Missing));
        }

        var login = header.Count == 1
            ? await _logins.CheckAsync(
                header.ToString(), context.Connection.RemoteIpAddress, context.RequestAborted)
            : StoreLogin.Refused(LoginFailure.Unreadable);
        return login.Principal is null ? Failed(context, login) : login;
    }

    /// <summary>Whether the request comes from who may read the store's folder.</summary>
    public bool IsOwner(HttpRequest request) => owner.IsHeldBy(request);

    public void Dispose() => _logins.Dispose();

    /// <summary>What a refusal answers beside its body: the status, and how to log in or when to come again.</summary>
    public static int Challenge(HttpContext context, LoginFailure failure)
    {
        if (failure == LoginFailure.Throttled)
        {
            context.Response.Headers.RetryAfter = RetryAfter;
            return StatusCodes.Status429TooManyRequests;
        }

        context.Response.Headers.WWWAuthenticate = Challenges;
        return StatusCodes.Status401Unauthorized;
    }

    private static Task RefuseAsync(HttpContext context, StoreLogin login)
    {
        HttpAnswer.SetProduct(context);
        var status = Challenge(context, login.Failure);
        var path = context.Request.Path;
        var reason = login.Failure switch
        {
            LoginFailure.Missing => $"missing authentication credentials for REST request [{path}]",
            LoginFailure.Wrong when login.UserName is { } user =>
                $"unable to authenticate user [{user}] for REST request [{path}]",
            LoginFailure.Throttled =>
                "too many logins were wrong lately: this one was not looked at; try again in a second",
            _ => "unable to authenticate with provided credentials and anonymous access is not allowed for this "
                + "request",
        };
        return HttpAnswer.JsonAsync(context, status, json =>
        {
            json.WriteStartObject("error");
            json.WriteStartArray("root_cause");
            json.WriteStartObject();
            WriteCause(json, reason, status);
            json.WriteEndObject();
            json.WriteEndArray();
            WriteCause(json, reason, status);
            json.WriteEndObject();
            json.WriteNumber("status", status);
        });
    }

    private static void WriteCause(Utf8JsonWriter json, string reason, int status)
    {
        json.WriteString("type", "security_exception");
        json.WriteString("reason", reason);
        if (status != StatusCodes.Status401Unauthorized)
        {
            return;
        }

        json.WriteStartObject("header");
        json.WriteStartArray("WWW-Authenticate");
        foreach (var challenge in Challenges)
        {
            json.WriteStringValue(challenge);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private StoreLogin Failed(HttpContext context, StoreLogin login)
    {
        metrics.LoginFailed(login.Failure);

        // A browser asks without a login first: that is no trouble yet, and counted only.
        if (login.Failure != LoginFailure.Missing && _said.TrySay(out var unsaid))
        {
            Log.Refused(
                logger, context.Connection.RemoteIpAddress ?? IPAddress.None, Describe(login.Failure), unsaid);
        }

        return login;
    }

    /// <summary>No name is said: people type passwords where names belong.</summary>
    private static string Describe(LoginFailure failure) => failure switch
    {
        LoginFailure.Throttled => "too many of its logins were wrong, or too many wait",
        LoginFailure.Unreadable => "its header Authorization is neither Basic nor ApiKey",
        _ => "wrong user, password or API key",
    };

    private static partial class Log
    {
        [LoggerMessage(7050, LogLevel.Warning,
            "Login from {Peer} refused: {Reason} ({Count} more were refused before it).")]
        public static partial void Refused(ILogger logger, IPAddress peer, string reason, int count);
    }
}
