using System.Globalization;
using LogFlow.Testing;

namespace LogFlow.Benchmarks;

/// <summary>A broker in a process of its own: our queue, or a real Kafka.</summary>
internal sealed class Broker : IAsyncDisposable
{
    private readonly ChildProcess? _queue;
    private readonly RealServer? _kafka;

    private Broker(string name, string address, ChildProcess? queue, RealServer? kafka)
    {
        Name = name;
        Address = address;
        _queue = queue;
        _kafka = kafka;
    }

    /// <summary>For the table.</summary>
    public string Name { get; }

    /// <summary>Host and port.</summary>
    public string Address { get; }

    private int ProcessId => _queue?.Id ?? _kafka!.ProcessId;

    /// <summary>Starts one that keeps its data in a folder.</summary>
    public static Task<Broker> StartAsync(BrokerKind kind, string folder) =>
        kind == BrokerKind.LogFlow ? StartQueueAsync(folder) : StartKafkaAsync(kind, folder);

    private static async Task<Broker> StartQueueAsync(string folder)
    {
        var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "logflow-queue.dll"), "run",
            "-E", $"listeners=127.0.0.1:{port}", "-E", $"log.dir={folder}", "-E", "queue.http.port=-1",
        ];
        var process = ChildProcess.Start("dotnet", arguments);
        await process.WaitForLineAsync("The queue listens on");
        return new Broker("LogFlow, synced", $"127.0.0.1:{port}", process, null);
    }

    private static async Task<Broker> StartKafkaAsync(BrokerKind kind, string folder)
    {
        var syncs = kind == BrokerKind.KafkaSynced;
        string[] settings = syncs ? ["log.flush.interval.messages=1"] : [];
        var kafka = await RealServer.StartKafkaAsync(folder, settings);
        return new Broker(syncs ? "Kafka 4.1, synced" : "Kafka 4.1, page cache", kafka.Address, null, kafka);
    }

    /// <summary>What it has used so far.</summary>
    public ProcessUsage Usage() => ProcessUsage.Read(ProcessId);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_queue is not null)
        {
            await _queue.StopAsync();
            await _queue.DisposeAsync();
        }

        if (_kafka is not null)
        {
            await _kafka.DisposeAsync();
        }
    }
}
