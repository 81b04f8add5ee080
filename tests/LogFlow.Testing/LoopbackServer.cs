using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LogFlow.Testing;

/// <summary>An HTTP server on a free port of loopback, for fakes that answer by hand.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_app.Urls.First());

    /// <summary>Starts it; requests and responses may be of any size and as slow as they like.</summary>
    public static async Task<LoopbackServer> StartAsync(
        RequestDelegate handle, Action<WebApplicationBuilder>? configure = null)
    {
        // From nothing: the usual builders watch the whole working directory, for every fake.
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinResponseDataRate = null;
        });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.UseKestrelHttpsConfiguration();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return new LoopbackServer(app);
    }

    /// <summary>Answers with JSON, or with HTML where the body is none.</summary>
    public static async Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/html";
        await context.Response.WriteAsync(body);
    }

    /// <summary>Stops it without waiting for requests under way.</summary>
    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource();
        await soon.CancelAsync();
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }
}
