using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// The files of <c>deploy/</c>, as text: what they say is compared with each other and with the programs.
/// </summary>
internal static class DeployFile
{
    public static readonly string[] Services = ["logflow-agent", "logflow-queue", "logflow-processor", "logflow"];

    public static string PathOf(string name) => Path.Combine(SharedFolder.Repository, "deploy", name);

    public static string Read(string name) => File.ReadAllText(PathOf(name));

    public static string Unit(string service) => $"packages/systemd/{service}.service";

    /// <summary>The value behind <c>KEY=</c> or <c>KEY: </c> at the beginning of a line.</summary>
    public static string Value(string text, string key)
    {
        var line = text.Split('\n').Single(line =>
            line.StartsWith(key + "=", StringComparison.Ordinal)
            || line.StartsWith(key + ": ", StringComparison.Ordinal));
        return line[(key.Length + 1)..].Split('#')[0].Trim();
    }
}
