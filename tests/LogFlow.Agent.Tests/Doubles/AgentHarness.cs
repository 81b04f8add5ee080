using System.Diagnostics.Metrics;
using System.Text;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>A folder with logs, a queue, and an agent that is started, stopped and killed over them.</summary>
internal sealed class AgentHarness : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly Action<AgentConfig>? _configure;
    private readonly List<CrashableStorage> _storages = [];
    private AgentService? _agent;
    private int _runs;

    public AgentHarness(Action<AgentConfig>? configure = null)
    {
        _configure = configure;
        Directory.CreateDirectory(Logs);
    }

    public FakeQueue Queue { get; } = new();

    public CollectingLogs Loggers { get; } = new(LogLevel.Trace);

    public string Logs => _folder.File("logs");

    public string Data => _folder.File("data");

    public AgentService Agent => _agent!;

    public FakeSink Sink { get; private set; } = null!;

    public CrashableStorage Storage => _storages[0];

    /// <summary>The agent sends to the queue that its configuration names, not to <see cref="Queue"/>.</summary>
    public bool UsesKafka { get; set; }

    /// <summary>The registry lies in a folder as in production; no crashes.</summary>
    public bool UsesRealStorage { get; set; }

    /// <summary>Crashes lose what the registry did not sync.</summary>
    public bool PowerCuts { get; set; }

    /// <summary>Opens log files instead of the system; for faults.</summary>
    public Func<string, ILogFile>? OpenFile { get; set; }

    /// <summary>Called with the storage before the agent starts.</summary>
    public Action<CrashableStorage>? OnStorage { get; set; }

    public string PathOf(string name) => Path.Combine(Logs, name);

    public AgentConfig Config()
    {
        var config = new AgentConfig
        {
            PathData = Data,
            Name = "test-host",
            MaxProcs = 2,
            Inputs =
            [
                new InputConfig
                {
                    Id = "test",
                    Paths = [Path.Combine(Logs, "*.log*")],
                    CheckInterval = TimeSpan.FromMilliseconds(50),
                    BackoffInit = TimeSpan.FromMilliseconds(20),
                    BackoffMax = TimeSpan.FromMilliseconds(100),
                },
            ],
        };
        _configure?.Invoke(config);
        return config;
    }

    public async Task StartAsync(Action<AgentConfig>? change = null)
    {
        var config = Config();
        change?.Invoke(config);
        Assert.Empty(config.Validate());
        Assert.All(config.Inputs, input => Assert.Empty(input.Validate()));
        Sink = new FakeSink(Queue, _runs++);
        _storages.Clear();
        var seams = new AgentSeams(
            (target, context) => UsesKafka || target is not KafkaTarget
                ? AgentSeams.Production.OpenSink(target, context)
                : Sink,
            directory =>
            {
                if (UsesRealStorage)
                {
                    return new RegistryDirectory(directory);
                }

                // One for each output; the first is the one that tests look at.
                var storage = new CrashableStorage(directory) { LosesUnsynced = PowerCuts };
                _storages.Add(storage);
                OnStorage?.Invoke(storage);
                return storage;
            },
            path => (OpenFile ?? DiskLogFile.Open)(path));
        _agent = new AgentService(config, Loggers, new TestMeterFactory(), TimeProvider.System, seams);
        await _agent.StartAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await _agent!.StopAsync(CancellationToken.None);
        await _agent.DisposeAsync();
    }

    /// <summary>kill -9 (or a power cut): nothing more is written or sent.</summary>
    public async Task CrashAsync()
    {
        Sink.Kill();
        foreach (var storage in _storages)
        {
            storage.Kill();
            storage.IsFull = false;
        }

        await _agent!.StopAsync(new CancellationToken(canceled: true));
        await _agent.DisposeAsync();
    }

    public void Append(string name, string text) => File.AppendAllText(PathOf(name), text);

    public void AppendLines(string name, int from, int count)
    {
        var text = new StringBuilder();
        for (var number = from; number < from + count; number++)
        {
            text.Append($"{name} line {number}\n");
        }

        Append(name, text.ToString());
    }

    /// <summary>Waits until the queue has so many records.</summary>
    public Task HasAsync(int count) => Eventually.TrueAsync(() => Queue.Count >= count, $"{count} records");

    /// <summary>
    /// Waits until nothing is behind, and stops: what is in the queue then is all there ever will be.
    /// </summary>
    public async Task FinishAsync(int expected)
    {
        try
        {
            await HasAsync(expected);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{Queue.Count} of {expected} records; {Agent.GetStatus()}; log:\n{Loggers}");
        }

        await StopAsync();
        Assert.Equal(expected, Queue.Count);
    }

    public async ValueTask DisposeAsync()
    {
        Queue.Unblock();
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }

        _folder.Dispose();
    }

    private sealed class TestMeterFactory : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
