using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>The agent's file formats, for <c>logflow dump</c>.</summary>
public static class AgentDumps
{
    /// <summary>One for each format.</summary>
    public static IReadOnlyList<IFileDump> All { get; } = [new RegistryDump()];
}
