using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LogFlow.Store;

/// <summary>
/// A request's path in its parts. The server leaves <c>%2F</c> undecoded, as it could not be told from a slash: here
/// the path is split first, so an id with a slash is found.
/// </summary>
internal static class RequestPath
{
    public static string[] Split(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (target is not ['/', ..])
        {
            // An absolute target, as proxies write it.
            return (context.Request.Path.Value ?? "/").Split('/', StringSplitOptions.RemoveEmptyEntries);
        }

        var end = target.IndexOfAny(['?', '#']);
        var parts = (end < 0 ? target : target[..end]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        return [.. parts.Select(Uri.UnescapeDataString)];
    }
}
