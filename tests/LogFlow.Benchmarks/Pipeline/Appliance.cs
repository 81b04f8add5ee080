using System.Text.Json.Nodes;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>A <c>logflow up</c> in a process of its own, with all parts or with some.</summary>
internal sealed class Appliance : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly string _dataFolder;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private Appliance(ChildProcess process, string dataFolder)
    {
        _process = process;
        _dataFolder = dataFolder;
    }

    /// <summary>Where its queue listens.</summary>
    public string Queue => Endpoint("queue");

    /// <summary>Where its store listens.</summary>
    public string Store => Endpoint("store");

    /// <summary>Starts it; <paramref name="settings"/> are its <c>-E</c> options.</summary>
    public static async Task<Appliance> StartAsync(string dataFolder, string[] paths, params string[] settings)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "logflow.dll");
        var arguments = new List<string> { program, "up", "--data", dataFolder };
        foreach (var path in paths)
        {
            arguments.AddRange(["--path", path]);
        }

        foreach (var setting in (string[])["queue.port=0", "store.port=0", "console.port=0", .. settings])
        {
            arguments.AddRange(["-E", setting]);
        }

        // Of an earlier run in the same folder.
        if (Directory.Exists(dataFolder))
        {
            File.Delete(Path.Combine(dataFolder, "endpoints.json"));
        }

        var appliance = new Appliance(ChildProcess.Start("dotnet", arguments), dataFolder);
        await Eventually.TrueAsync(
            () => appliance._process.HasExited || File.Exists(Path.Combine(dataFolder, "endpoints.json")),
            "the appliance's start");
        return appliance._process.HasExited
            ? throw new InvalidOperationException(appliance._process.Output)
            : appliance;
    }

    /// <summary>The process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>What it has used so far.</summary>
    public ProcessUsage Usage() => ProcessUsage.Read(_process.Id);

    /// <summary>Waits until a number of its state reaches a value.</summary>
    public Task WaitForAsync(string name, long value) => Eventually.TrueAsync(
        async () => (await StatusAsync())[name]!.GetValue<long>() >= value,
        $"{name} {value}\n{_process.Output}",
        TimeSpan.FromMinutes(10));

    /// <summary>A number of its state.</summary>
    public async Task<long> ReadAsync(string name) => (await StatusAsync())[name]!.GetValue<long>();

    /// <summary>Documents that a search finds.</summary>
    public async Task<long> CountAsync()
    {
        var answer = await _http.GetStringAsync(new Uri($"{Store}/logs-*/_count?ignore_unavailable=true"));
        return JsonNode.Parse(answer)!["count"]!.GetValue<long>();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(TimeSpan.FromMinutes(2));
        await _process.DisposeAsync();
        _http.Dispose();
    }

    private async Task<JsonNode> StatusAsync() =>
        JsonNode.Parse(await _http.GetStringAsync(new Uri($"{Endpoint("console")}/status")))!;

    private string Endpoint(string name) =>
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(_dataFolder, "endpoints.json")))![name]!.ToString();
}
