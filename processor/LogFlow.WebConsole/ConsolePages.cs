using LogFlow.Hosting;
using Microsoft.AspNetCore.Routing;

namespace LogFlow.WebConsole;

/// <summary>
/// The console: the page and what it asks for. The browser talks to it alone, and it to the store or Elasticsearch: no
/// credentials leave the server, and nothing of another origin is needed.
/// </summary>
public sealed class ConsolePages : IStatusPages, IDisposable
{
    private readonly SearchBackend _backend;
    private readonly ConsoleApi _api;

    /// <summary>Makes it; nothing is asked before a browser asks.</summary>
    public ConsolePages(ConsoleOptions options)
    {
        _backend = new SearchBackend(options);
        _api = new ConsoleApi(options, _backend);
    }

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        new WebAssetRoutes().Map(routes);
        _api.Map(routes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _backend.Dispose();
        _api.Dispose();
    }
}
