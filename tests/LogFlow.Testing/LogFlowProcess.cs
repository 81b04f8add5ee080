using System.Text.Json.Nodes;

namespace LogFlow.Testing;

/// <summary>One of our executables, run as users run it: a process of its own.</summary>
public static class LogFlowProcess
{
    /// <summary>
    /// Starts <c>logflow</c>, <c>logflow-agent</c>, <c>logflow-queue</c> or <c>logflow-processor</c>.
    /// </summary>
    public static ChildProcess Start(string executable, params string[] arguments) =>
        Start(executable, arguments, environment: null);

    /// <inheritdoc cref="Start(string, string[])"/>
    public static ChildProcess Start(
        string executable, string[] arguments, IReadOnlyDictionary<string, string>? environment) => ChildProcess.Start(
        DotnetHost(), [Path.Combine(AppContext.BaseDirectory, executable + ".dll"), .. arguments], environment);

    /// <summary>Starts one from a shell script, which ends in <c>exec "$@"</c>.</summary>
    public static ChildProcess StartInShell(string script, string executable, params string[] arguments) =>
        ChildProcess.Start(
            "/bin/sh",
            [
                "-c", script, "sh", DotnetHost(), Path.Combine(AppContext.BaseDirectory, executable + ".dll"),
                .. arguments,
            ]);

    /// <summary>Runs one to its end.</summary>
    public static Task<ChildProcess> RunAsync(string executable, params string[] arguments) => ChildProcess.RunAsync(
        DotnetHost(), [Path.Combine(AppContext.BaseDirectory, executable + ".dll"), .. arguments]);

    /// <summary>The addresses that a <c>logflow up</c> on this data folder wrote down.</summary>
    public static JsonNode ReadEndpoints(string dataFolder) =>
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(dataFolder, "endpoints.json")))!;

    private static string DotnetHost() => Environment.ProcessPath is { } host
        && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
}
