using System.Reflection;

namespace LogFlow.Agent;

/// <summary>Who sends the events.</summary>
/// <param name="Id">Made with the registry; lives as long.</param>
/// <param name="EphemeralId">Of this run.</param>
/// <param name="Name">The configured name, or the host's.</param>
/// <param name="Version">LogFlow's version.</param>
internal sealed record AgentIdentity(Guid Id, Guid EphemeralId, string Name, string Version)
{
    /// <summary>This run's.</summary>
    /// <param name="id">The registry's.</param>
    /// <param name="name">The configured name; empty: the host's.</param>
    public static AgentIdentity Of(Guid id, string name) => new(
        id,
        Guid.NewGuid(),
        name.Length > 0 ? name : Environment.MachineName,
        typeof(AgentIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?
            .InformationalVersion.Split('+')[0] ?? "0");
}
