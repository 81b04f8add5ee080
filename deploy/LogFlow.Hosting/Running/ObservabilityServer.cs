using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// The HTTP side of every service: <c>/metrics</c> (Prometheus text), <c>/health/live</c> (the process answers) and
/// <c>/health/ready</c> (every part does its work; else 503 with the reasons).
/// </summary>
public sealed class ObservabilityServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private ObservabilityServer(WebApplication application) => _application = application;

    /// <summary>The port it listens on.</summary>
    public int Port => new Uri(_application.Urls.First()).Port;

    /// <summary>Starts listening; <paramref name="addRoutes"/> may add pages of its own.</summary>
    /// <exception cref="StartupException">The port is in use or not permitted.</exception>
    public static async Task<ObservabilityServer> StartAsync(
        HttpSettings settings,
        PrometheusExporter metrics,
        IReadOnlyList<ILogFlowService> services,
        Action<IEndpointRouteBuilder>? addRoutes = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
            kestrel.Listen(ListenAddress.Parse(settings.Host), settings.Port);
        });
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var application = builder.Build();
        application.MapGet("/metrics", () => Results.Text(metrics.Collect(), "text/plain; version=0.0.4"));
        application.MapGet("/health/live", () => Results.Text("ok\n"));
        application.MapGet("/health/ready", () => Ready(services));
        addRoutes?.Invoke(application);
        try
        {
            await application.StartAsync();
        }
        catch (IOException error)
        {
            await application.DisposeAsync();
            throw ListenAddress.CannotListen("HTTP", settings.Host, settings.Port, settings.PortKey, error);
        }

        return new ObservabilityServer(application);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static IResult Ready(IReadOnlyList<ILogFlowService> services)
    {
        var reports = services.Select(service => (service.Name, Report: service.CheckHealth())).ToArray();
        var text = string.Concat(reports.Select(entry => $"{entry.Name}: {entry.Report.Detail}\n"));
        return Results.Text(
            text,
            statusCode: reports.All(entry => entry.Report.IsReady)
                ? (int)HttpStatusCode.OK
                : (int)HttpStatusCode.ServiceUnavailable);
    }
}
