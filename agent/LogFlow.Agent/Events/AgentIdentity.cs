namespace LogFlow.Agent;

/// <summary>Who sends the events.</summary>
/// <param name="Id">Made with the registry; lives as long.</param>
/// <param name="EphemeralId">Of this run.</param>
/// <param name="Name">The configured name, or the host's.</param>
/// <param name="Version">LogFlow's version.</param>
internal sealed record AgentIdentity(Guid Id, Guid EphemeralId, string Name, string Version);
