using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace LogFlow.Queue.Tests;

/// <summary>
/// The Kafka clients of npm, in the versions of Clients/Node/package-lock.json. They are installed once, into a folder
/// of the machine's temporary ones that is named for that file; nothing is installed in the repository.
/// </summary>
internal static class NodeClients
{
    /// <summary>What @platformatic/kafka needs.</summary>
    private static readonly Version NodeVersionMin = new(20, 19, 4);

    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(5);

    private static readonly Lazy<string?> Problem = new(Install);

    /// <summary>Why the clients cannot be used here; null where they can.</summary>
    public static string? WhyMissing => Problem.Value;

    private static string SourceFolder => Path.Combine(AppContext.BaseDirectory, "Clients", "Node");

    private static string Folder { get; } = Path.Combine(Path.GetTempPath(), $"logflow-node-clients-{LockDigest()}");

    /// <summary>Runs one of the scripts of Clients/Node against the queue; it says whether it passed.</summary>
    public static async Task RunAsync(string script, string bootstrap)
    {
        // Modules are looked for from the script's own place upwards, so it runs beside them, under its own name.
        var copy = Path.Combine(Folder, $"{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{script}");
        File.Copy(Path.Combine(SourceFolder, script), copy, overwrite: true);
        try
        {
            await using var node = await ChildProcess.RunAsync("node", [copy, bootstrap], TimeSpan.FromMinutes(4));
            Assert.True(node.ExitCode == 0 && node.Output.Contains("passed", StringComparison.Ordinal), node.Output);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    private static string LockDigest()
    {
        var file = File.ReadAllBytes(Path.Combine(SourceFolder, "package-lock.json"));
        return Convert.ToHexStringLower(SHA256.HashData(file))[..16];
    }

    private static string? Install()
    {
        if (Requirements.WhyMissing(Requirement.Node) is { } missing)
        {
            return missing;
        }

        var version = Run("node", ["--version"], SourceFolder).Output.Trim().TrimStart('v');
        if (!Version.TryParse(version, out var installed) || installed < NodeVersionMin)
        {
            return $"node {version} is too old for the npm clients, which need {NodeVersionMin}";
        }

        if (Directory.Exists(Folder))
        {
            return null;
        }

        // Beside its place, and moved there when it is whole: test processes may install at the same time.
        var fresh = Directory.CreateDirectory($"{Folder}.{Guid.NewGuid():N}").FullName;
        foreach (var file in new[] { "package.json", "package-lock.json" })
        {
            File.Copy(Path.Combine(SourceFolder, file), Path.Combine(fresh, file));
        }

        var (exitCode, output) = Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], fresh);
        if (exitCode != 0)
        {
            Directory.Delete(fresh, recursive: true);
            return $"npm could not install the clients: {output.Trim().ReplaceLineEndings(" ")}";
        }

        try
        {
            Directory.Move(fresh, Folder);
        }
        catch (IOException) when (Directory.Exists(Folder))
        {
            Directory.Delete(fresh, recursive: true);
        }

        return null;
    }

    private static (int ExitCode, string Output) Run(string program, string[] arguments, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(InstallTimeout))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{program} still ran after {InstallTimeout.TotalMinutes} minutes");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
    }
}
