using Microsoft.AspNetCore.Routing;

namespace LogFlow.Hosting;

/// <summary>Pages beside metrics and health, of a process that has some.</summary>
public interface IStatusPages
{
    /// <summary>Adds them.</summary>
    void Map(IEndpointRouteBuilder routes);
}
