using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LogFlow.Agent;

/// <summary>
/// Ids of documents: the same line of the same incarnation has the same id for ever, and nothing else has it. The
/// agent's part is a hash that also takes in the machine, so that a registry copied to another host, or into its image,
/// names other documents there.
/// </summary>
internal static class DocumentIds
{
    private const string MachineIdFile = "/etc/machine-id";
    private const int AgentBytes = 12;

    /// <summary>Numbers are counted from here: 2026-01-01, in seconds since 1970.</summary>
    private const long Epoch = 1_767_225_600;

    /// <summary>The beginning of all ids of an incarnation.</summary>
    public static byte[] PrefixOf(Guid agentId, long generation) =>
        Encoding.ASCII.GetBytes($"{AgentPart(agentId, MachineId())}{generation:x}");

    /// <summary>
    /// The first number for incarnations of a run that begins now: above those of all runs that began a second earlier,
    /// whether or not the registry remembers them.
    /// </summary>
    public static long FirstGeneration(TimeProvider time) =>
        (Math.Max(0, time.GetUtcNow().ToUnixTimeSeconds() - Epoch) << 32)
        | ((long)RandomNumberGenerator.GetInt32(1 << 23) << 8);

    /// <summary>The agent's part.</summary>
    internal static string AgentPart(Guid agentId, string machineId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{agentId:N}\n{machineId}"));
        return Base64Url.EncodeToString(hash.AsSpan(0, AgentBytes));
    }

    private static string MachineId()
    {
        try
        {
            return File.Exists(MachineIdFile) ? File.ReadAllText(MachineIdFile).Trim() : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Who may not read it today may not tomorrow: ids stay what they are.
            return "";
        }
    }
}
