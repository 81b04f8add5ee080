using System.Globalization;
using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>An agent and its queue, which can be taken away from it.</summary>
internal sealed class StuckAgent : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly HttpClient _http = new();
    private readonly int _queuePort = FreePort.Next();
    private readonly int _httpPort = FreePort.Next();
    private readonly string _setting;

    /// <summary>Prepares them with a setting of the agent.</summary>
    public StuckAgent(string setting) => _setting = setting;

    public ChildProcess? Queue { get; private set; }

    public ChildProcess? Agent { get; private set; }

    private string LogFile => _folder.File("app.log");

    public void Append(string line) => File.AppendAllText(LogFile, line + "\n");

    public void StartQueue() => Queue = LogFlowProcess.Start(
        "logflow-queue", "-E", $"listeners=PLAINTEXT://127.0.0.1:{_queuePort}",
        "-E", $"log.dirs={_folder.File("queue")}", "-E", "queue.http.port=0");

    public void StartAgent() => Agent = LogFlowProcess.Start(
        "logflow-agent", "-E", $"filebeat.inputs=[{{id: test, paths: ['{LogFile}']}}]",
        "-E", $"output.kafka.hosts=127.0.0.1:{_queuePort}", "-E", $"path.data={_folder.File("agent")}",
        "-E", "http.enabled=true", "-E", $"http.port={_httpPort}", "-E", _setting);

    /// <summary>Waits until a counter of the agent that runs now has at least this value.</summary>
    public Task WaitForMetricAsync(string name, double value) => Eventually.TrueAsync(
        async () => await ReadMetricAsync(name) >= value,
        $"{name} of {value}; queue:\n{Queue?.Output}\nagent:\n{Agent?.Output}",
        TimeSpan.FromMinutes(3));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { Agent, Queue })
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        _http.Dispose();
        _folder.Dispose();
    }

    private async Task<double> ReadMetricAsync(string name)
    {
        try
        {
            var text = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{_httpPort}/metrics"));
            var line = text.Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
            return line is null ? -1 : double.Parse(line[(name.Length + 1)..], CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return -1; // Not up yet.
        }
    }
}
