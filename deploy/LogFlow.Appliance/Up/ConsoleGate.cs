using System.Security.Claims;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Store;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Appliance;

/// <summary>
/// The console is behind the store's users. What it asks of the store it asks in its caller's name, so the store says
/// who sees which lines; what it shows beside that is looked at here. Probes of health need no login, and get no
/// details.
/// </summary>
internal sealed class ConsoleGate(UpConfig config, UpParts parts) : IRequestGate
{
    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (!config.Store.IsEnabled || config.Store.SecurityEnabled == false)
        {
            Know(context, "everybody");
            await next(context);
            return;
        }

        var isHealth = context.Request.Path.StartsWithSegments("/health");
        if (parts.Store is not { } store)
        {
            // Its users are not read yet: there is nobody who could be let in.
            await (isHealth ? next(context) : RefuseAsync(
                context, StatusCodes.Status503ServiceUnavailable, "the store is starting: try again in a moment"));
            return;
        }

        if (isHealth && store.AsksForLogins && context.Request.Headers.Authorization.Count == 0)
        {
            await next(context);
            return;
        }

        var login = await store.LoginAsync(context);
        if (login.Principal is not { } principal)
        {
            var status = StoreService.Challenge(context, login.Failure);
            await RefuseAsync(context, status, status == StatusCodes.Status401Unauthorized
                ? "log in as a user of the store"
                : "too many logins were wrong lately: try again in a second");
        }
        else if (Demand(context.Request, principal) is { } reason)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, reason);
        }
        else
        {
            Know(context, principal.Name);
            await next(context);
        }
    }

    /// <summary>Why somebody may not ask for this, null where it may.</summary>
    private static string? Demand(HttpRequest request, StorePrincipal principal)
    {
        var path = request.Path;

        // Replay and purge change what is stored; the configuration tells how everybody else could get in.
        if (path.StartsWithSegments("/api/dead/replay") || path.StartsWithSegments("/api/dead/purge"))
        {
            return principal.IsAdmin ? null : "dead letters are put back and deleted by users with the role admin";
        }

        if (path.StartsWithSegments("/api/config"))
        {
            return principal.IsAdmin ? null : "the configuration is shown to users with the role admin";
        }

        // Dead letters are lines of every index there is; a try shows what the filters' dictionaries hold.
        if (path.StartsWithSegments("/api/dead") || path.StartsWithSegments("/api/try"))
        {
            return principal.MayWithAll(StoreAccess.Read)
                ? null
                : "dead letters and tries are for users who may read every index";
        }

        return null;
    }

    private static void Know(HttpContext context, string name) => context.User = new ClaimsPrincipal(
        new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], authenticationType: "logflow"));

    /// <summary>As the console's own API refuses, so that its page can show the reason.</summary>
    private static Task RefuseAsync(HttpContext context, int status, string reason) =>
        context.Request.Path.StartsWithSegments("/api")
            ? TextAnswer.WriteAsync(
                context,
                new JsonObject { ["code"] = "refused", ["message"] = reason }.ToJsonString(),
                "application/json",
                status)
            : TextAnswer.WriteAsync(context, reason + "\n", status: status);
}
