using System.Globalization;

namespace LogFlow.Queue.Tests;

/// <summary>The queue's executable as its own process, which can be killed and started again on its data.</summary>
internal sealed class QueueProcess : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string[] _settings;
    private int? _openFiles;
    private ChildProcess? _process;

    private QueueProcess(string folder, string[] settings)
    {
        _folder = folder;
        _settings = settings;
    }

    public int Port { get; } = FreePort.Next();

    public string Bootstrap => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    public int ProcessId => _process!.Id;

    public string Output => _process?.Output ?? "";

    public static async Task<QueueProcess> StartAsync(string folder, params string[] settings)
    {
        var queue = new QueueProcess(folder, settings);
        await queue.StartAgainAsync();
        return queue;
    }

    /// <summary>Under a limit of open files (soft and hard).</summary>
    public static async Task<QueueProcess> StartWithLimitAsync(int openFiles, string folder, params string[] settings)
    {
        var queue = new QueueProcess(folder, settings) { _openFiles = openFiles };
        await queue.StartAgainAsync();
        return queue;
    }

    public async Task StartAgainAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "logflow-queue.dll"), "run",
            "-E", $"listeners=127.0.0.1:{Port}",
            "-E", $"log.dir={_folder}",
            "-E", "queue.http.port=-1",
            .. _settings.SelectMany(setting => new[] { "-E", setting }),
        ];
        _process = _openFiles is { } limit
            ? ChildProcess.Start("sh", ["-c", $"ulimit -n {limit} && exec dotnet \"$@\"", "sh", .. arguments])
            : ChildProcess.Start("dotnet", arguments);
        await _process.WaitForLineAsync("The queue listens on");
    }

    public Task KillAsync() => _process!.KillAsync();

    public Task StopAsync() => _process!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
