namespace LogFlow.Testing;

/// <summary><c>logflow up</c> on free ports.</summary>
public static class UpProcess
{
    private static readonly string[] FreePorts =
        ["-E", "queue.port=0", "-E", "store.port=0", "-E", "console.port=0"];

    /// <summary>Starts it on a data folder, reading what the glob names.</summary>
    public static ChildProcess Start(
        string dataFolder, string glob, IReadOnlyDictionary<string, string>? environment = null,
        params string[] settings)
    {
        // A stale file of the run before would name ports that nobody listens on any more.
        File.Delete(EndpointsFile(dataFolder));
        return LogFlowProcess.Start("logflow", [.. Arguments(dataFolder, glob), .. settings], environment);
    }

    /// <summary>The command line on a data folder, on free ports.</summary>
    public static string[] Arguments(string dataFolder, string glob) =>
        ["up", "--data", dataFolder, "--path", glob, .. FreePorts];

    /// <summary>Waits until it is up, and gives the API of its store.</summary>
    public static async Task<SearchApi> ReadyAsync(ChildProcess up, string dataFolder)
    {
        await up.WaitForLineAsync("logflow search");
        return new SearchApi(new Uri(LogFlowProcess.ReadEndpoints(dataFolder)["store"]!.ToString()));
    }

    private static string EndpointsFile(string dataFolder)
    {
        Directory.CreateDirectory(dataFolder);
        return Path.Combine(dataFolder, "endpoints.json");
    }
}
