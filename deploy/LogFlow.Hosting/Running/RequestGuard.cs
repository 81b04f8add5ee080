using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Hosting;

/// <summary>
/// What every HTTP port of ours looks at before anything else, because a browser on the same machine is a client too:
/// <list type="bullet">
/// <item>Host: a page whose name was pointed at 127.0.0.1 (DNS rebinding) says that name: 421.</item>
/// <item>Origin: a page of another origin says its own: 403.</item>
/// <item>Content-Type: what a form or a simple request can send is no JSON: 406, as Elasticsearch answers.</item>
/// </list>
/// Answers carry the headers that keep a browser from guessing types and from showing our pages inside others.
/// </summary>
public sealed class RequestGuard(RequestGuardOptions options)
{
    private static readonly string MachineName = Dns.GetHostName();

    /// <summary>Puts a guard before all that is added after it.</summary>
    public static void Use(IApplicationBuilder application, RequestGuardOptions options)
    {
        var guard = new RequestGuard(options);
        application.Use(guard.HandleAsync);
    }

    /// <summary>Why the request is refused; null: it is not.</summary>
    public (int Status, string Reason)? Check(HttpRequest request)
    {
        if (!IsOwnHost(request.Host.Host))
        {
            return (StatusCodes.Status421MisdirectedRequest,
                $"the Host header says [{request.Host.Host}], which is none of this server's names: "
                + $"{options.AllowedHostsKey} takes more");
        }

        if (request.Headers.Origin.Count > 0 && !IsOwnOrigin(request))
        {
            return (StatusCodes.Status403Forbidden,
                $"requests of pages from another origin ({request.Headers.Origin}) are not answered");
        }

        if (options.RequiresJson && HasBody(request) && !IsJson(request.ContentType))
        {
            return (StatusCodes.Status406NotAcceptable,
                $"Content-Type header [{request.ContentType}] is not supported");
        }

        return null;
    }

    private static bool HasBody(HttpRequest request) =>
        request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0;

    private static bool IsOwnOrigin(HttpRequest request) =>
        request.Headers.Origin.Count == 1
        && string.Equals(
            request.Headers.Origin.ToString(), $"{request.Scheme}://{request.Host.Value}",
            StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        foreach (var known in (ReadOnlySpan<string>)
            ["application/json", "application/x-ndjson", "application/vnd.elasticsearch+json",
                "application/vnd.elasticsearch+x-ndjson"])
        {
            if (type.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (Check(context.Request) is not var (status, reason))
        {
            await next(context);
        }
        else if (options.Refuse is { } refuse)
        {
            await refuse(context, status, reason);
        }
        else
        {
            await TextAnswer.WriteAsync(context, reason + "\n", status: status);
        }
    }

    /// <summary>
    /// A name without a dot is nobody's on the internet: it is a container's or a service's of the own network.
    /// No name at all is an old client, and no browser.
    /// </summary>
    private bool IsOwnHost(string host)
    {
        var name = host.TrimEnd('.');
        return !name.Contains('.')
            || IPAddress.TryParse(name.Trim('[', ']'), out _)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, MachineName, StringComparison.OrdinalIgnoreCase)
            || options.AllowedHosts.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
