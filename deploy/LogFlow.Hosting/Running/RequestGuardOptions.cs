using Microsoft.AspNetCore.Http;

namespace LogFlow.Hosting;

/// <summary>What a <see cref="RequestGuard"/> lets through.</summary>
public sealed record RequestGuardOptions
{
    /// <summary>
    /// Names in the Host header beside addresses, names without a dot, localhost and the machine's own.
    /// </summary>
    public IReadOnlyCollection<string> AllowedHosts { get; init; } = [];

    /// <summary>The configuration key of <see cref="AllowedHosts"/>, for the message of a refusal.</summary>
    public string AllowedHostsKey { get; init; } = "http.allowed_hosts";

    /// <summary>
    /// Bodies must say that they are JSON or NDJSON, which a page of another origin cannot without asking.
    /// </summary>
    public bool RequiresJson { get; init; }

    /// <summary>Writes a refusal in the server's own shape; null: plain text.</summary>
    public Func<HttpContext, int, string, Task>? Refuse { get; init; }
}
