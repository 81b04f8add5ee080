using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

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
        var application = EmbeddedWebServer.Create(
            kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = 1 << 20;
                kestrel.Listen(ListenAddress.Parse(settings.Host), settings.Port);
            },
            TimeSpan.FromSeconds(2));
        application.MapGet(
            "/metrics", context => TextAnswer.WriteAsync(context, metrics.Collect(), "text/plain; version=0.0.4"));
        application.MapGet("/health/live", static context => TextAnswer.WriteAsync(context, "ok\n"));
        application.MapGet("/health/ready", context => AnswerReadyAsync(context, services));
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

    private static Task AnswerReadyAsync(HttpContext context, IReadOnlyList<ILogFlowService> services)
    {
        var reports = services.Select(service => (service.Name, Report: service.CheckHealth())).ToArray();
        var text = string.Concat(reports.Select(entry => $"{entry.Name}: {entry.Report.Detail}\n"));
        var isReady = reports.All(entry => entry.Report.IsReady);
        return TextAnswer.WriteAsync(
            context,
            text,
            status: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
