using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogFlow.Hosting;

/// <summary>
/// Makes the web servers inside our services, from nothing. ASP.NET's usual builders read appsettings.json of the
/// working directory and watch the whole tree below it, let ASPNETCORE_ and Kestrel__ variables move the port, and
/// take the process's signals; none of that may happen to a service that its own configuration describes.
/// </summary>
public static class EmbeddedWebServer
{
    /// <summary>A server that is not started yet: Kestrel for HTTP/1.1, routing, and nothing besides.</summary>
    /// <param name="configure">Where it listens and its limits.</param>
    /// <param name="shutdownTimeout">How long requests under way may take once it stops.</param>
    public static WebApplication Create(Action<KestrelServerOptions> configure, TimeSpan shutdownTimeout)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "logflow",
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            configure(kestrel);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = shutdownTimeout);
        return builder.Build();
    }

    /// <summary>It lives and ends with the service that it belongs to.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
