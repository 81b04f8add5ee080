using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LogFlow.WebConsole;

/// <summary>Serves the page and its files.</summary>
internal sealed class WebAssetRoutes
{
    /// <summary>
    /// Nothing runs and nothing is loaded but our own files; text never becomes markup (no sink takes a string).
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly string[] Pages = ["/", "/live", "/pipeline", "/dead", "/config", "/try"];

    private readonly WebAssets _assets = WebAssets.Load();

    /// <summary>Adds the pages, which are one, and the folder of files.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var page in Pages)
        {
            routes.MapMethods(page, ["GET", "HEAD"], SendPageAsync);
        }

        routes.MapMethods("/a/{hash}/{name}", ["GET", "HEAD"], SendFileAsync);
        routes.MapMethods("/favicon.ico", ["GET", "HEAD"], context => SendAsync(context, _assets.Find("icon.svg")!));
    }

    private Task SendPageAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-cache";
        return SendAsync(context, _assets.Page);
    }

    /// <summary>A page that is still open after an update asks by the old name: it gets the new file, unkept.</summary>
    private Task SendFileAsync(HttpContext context)
    {
        if (_assets.Find((string)context.Request.RouteValues["name"]!) is not { } asset)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var isCurrent = (string)context.Request.RouteValues["hash"]! == _assets.Hash;
        context.Response.Headers.CacheControl = isCurrent ? "public, max-age=31536000, immutable" : "no-store";
        return SendAsync(context, asset);
    }

    private static async Task SendAsync(HttpContext context, WebAsset asset)
    {
        var isBrotli = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        var content = isBrotli ? asset.Brotli : asset.Content;
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = content.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.Vary = "Accept-Encoding";
        if (isBrotli)
        {
            context.Response.Headers.ContentEncoding = "br";
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content, context.RequestAborted);
        }
    }
}
