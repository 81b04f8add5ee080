using Microsoft.AspNetCore.Http;

namespace LogFlow.Hosting;

/// <summary>
/// Stands before the pages of a process, behind the <see cref="RequestGuard"/>, and lets in whom it knows. It sees
/// health, too, and decides itself whether to ask a probe for a login.
/// </summary>
public interface IRequestGate
{
    /// <summary>Answers the request itself, or passes it on.</summary>
    Task HandleAsync(HttpContext context, RequestDelegate next);
}
