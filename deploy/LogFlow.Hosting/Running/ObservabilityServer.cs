using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LogFlow.Hosting;

/// <summary>
/// The HTTP side of every service: <c>/metrics</c> (Prometheus text), <c>/health/live</c> (the process answers) and
/// <c>/health/ready</c> (every part does its work; else 503 with the reasons).
/// </summary>
public sealed class ObservabilityServer(
    HostSettings settings,
    PrometheusExporter metrics,
    IEnumerable<ILogFlowService> parts,
    IEnumerable<IStatusPages> pages,
    IEnumerable<IRequestGate> gates,
    ILoggerFactory loggers,
    TimeProvider time) : IHostedService, IAsyncDisposable
{
    private readonly IRequestGate[] _gates = [.. gates];
    private readonly ILogFlowService[] _parts = [.. parts];
    private WebApplication? _application;

    /// <summary>The port it listens on, once it does.</summary>
    public int Port { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="StartupException">The port is in use or not permitted.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var http = settings.Http;
        if (!http.IsEnabled)
        {
            return;
        }

        var tls = http.Ssl?.CreateServer(time) is { } server
            ? new SecureListener(server, "the HTTP pages", loggers.CreateLogger<ObservabilityServer>(), time)
            : null;
        _application = EmbeddedWebServer.Create(
            kestrel =>
            {
                kestrel.Limits.MaxRequestBodySize = 1 << 20;
                kestrel.Listen(ListenAddress.Parse(http.Host), http.Port, listen => tls?.Use(listen));
            },
            TimeSpan.FromSeconds(2));
        if (http.Guard is { } guard)
        {
            RequestGuard.Use(_application, guard);
        }

        foreach (var gate in _gates)
        {
            _application.Use(gate.HandleAsync);
        }

        _application.MapGet(
            "/metrics", context => TextAnswer.WriteAsync(context, metrics.Collect(), "text/plain; version=0.0.4"));
        _application.MapGet("/health/live", static context => TextAnswer.WriteAsync(context, "ok\n"));
        _application.MapGet("/health/ready", AnswerReadyAsync);
        foreach (var page in pages)
        {
            page.Map(_application);
        }

        try
        {
            await _application.StartAsync(cancellationToken);
        }
        catch (IOException error)
        {
            throw ListenAddress.CannotListen("HTTP", http.Host, http.Port, http.PortKey, error);
        }

        Port = new Uri(_application.Urls.First()).Port;
    }

    /// <summary>Answers while the parts stop; it goes when the host does.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The details are for those whom a gate knows: a probe needs the status alone.</summary>
    private Task AnswerReadyAsync(HttpContext context)
    {
        var reports = _parts.Select(static part => (part.Name, Report: part.CheckHealth())).ToArray();
        var text = string.Concat(reports.Select(entry => $"{entry.Name}: {entry.Report.Detail}\n"));
        var isReady = reports.All(entry => entry.Report.IsReady);
        if (_gates.Length > 0 && context.User.Identity is not { IsAuthenticated: true })
        {
            text = isReady ? "ok\n" : "not ready\n";
        }

        return TextAnswer.WriteAsync(
            context,
            text,
            status: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
