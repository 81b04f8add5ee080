using System.Globalization;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Tests;

/// <summary>A whole queue in this process, on a free port of loopback and a temporary folder.</summary>
internal sealed class TestQueue : IAsyncDisposable
{
    private readonly TempDirectory _directory;
    private readonly bool _ownsDirectory;
    private readonly TestMeters _meters = new();

    private TestQueue(QueueConfig config, TempDirectory directory, bool ownsDirectory)
    {
        _directory = directory;
        _ownsDirectory = ownsDirectory;
        Service = new QueueService(config, Logs, _meters, TimeProvider.System);
    }

    public QueueService Service { get; }

    public CollectingLogs Logs { get; } = new();

    public string Bootstrap => Service.Endpoint;

    /// <summary>The test has damaged something; errors are what it looks for.</summary>
    public bool MayLogErrors { get; set; }

    public MeasuredMetrics Measure() => new(_meters.Owns);

    public string DataDirectory => _directory.Path;

    public IEnumerable<string> Warnings => Logs.At(LogLevel.Warning);

    public static Task<TestQueue> StartAsync(Action<QueueConfig>? configure = null) =>
        StartAsync(new TempDirectory(), ownsDirectory: true, configure);

    /// <summary>On a folder of the caller's, which can start it again.</summary>
    public static Task<TestQueue> StartAsync(TempDirectory directory, Action<QueueConfig>? configure = null) =>
        StartAsync(directory, ownsDirectory: false, configure);

    public static QueueConfig Config(string directory) => new()
    {
        Listeners = ["PLAINTEXT://127.0.0.1:0"],
        LogDir = directory,
        GroupInitialRebalanceDelayMs = 0,
        LogSegmentBytes = 4 << 20,
        HttpPort = -1,
    };

    public Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(Service.Port);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Service.StopAsync(limit.Token);
        await Service.DisposeAsync();
        _meters.Dispose();
        if (_ownsDirectory)
        {
            _directory.Dispose();
        }

        if (!MayLogErrors)
        {
            Assert.Empty(Logs.At(LogLevel.Error));
        }
    }

    public override string ToString() => Service.Port.ToString(CultureInfo.InvariantCulture);

    private static async Task<TestQueue> StartAsync(
        TempDirectory directory, bool ownsDirectory, Action<QueueConfig>? configure)
    {
        var config = Config(directory.Path);
        configure?.Invoke(config);
        var queue = new TestQueue(config, directory, ownsDirectory);
        try
        {
            await queue.Service.StartAsync(CancellationToken.None);
        }
        catch when (ownsDirectory)
        {
            directory.Dispose();
            throw;
        }

        return queue;
    }
}
