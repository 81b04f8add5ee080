using LogFlow.Testing;

namespace LogFlow.EndToEnd.Tests;

/// <summary>
/// Agent, queue and processor as services of their own, each on its own data, each killed and started again at will.
/// </summary>
internal sealed class ThreeServices : IAsyncDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly string[] _queueArguments;
    private readonly string[] _agentArguments;
    private readonly string[] _processorArguments;

    /// <summary>
    /// Prepares them: <paramref name="kafka"/> names a Kafka in place of our queue, <paramref name="output"/> are the
    /// settings that say where the processor indexes.
    /// </summary>
    public ThreeServices(string logGlob, string? kafka, params string[] output)
    {
        var port = FreePort.Next();
        QueueAddress = kafka ?? $"127.0.0.1:{port}";
        HasOwnQueue = kafka is null;
        _queueArguments =
        [
            "-E", $"listeners=PLAINTEXT://127.0.0.1:{port}", "-E", $"log.dirs={_folder.File("queue")}",
            "-E", "num.partitions=2", "-E", "queue.http.port=0",
        ];
        _agentArguments =
        [
            "-E", $"filebeat.inputs=[{{id: test, paths: ['{logGlob}']}}]", "-E", $"output.kafka.hosts={QueueAddress}",
            "-E", $"path.data={_folder.File("agent")}", "-E", "http.enabled=true", "-E", "http.port=0",
        ];
        _processorArguments =
        [
            "-E", $"queue.bootstrap_servers={QueueAddress}", "-E", $"path.data={_folder.File("processor")}",
            "-E", "api.http.port=0", .. output.SelectMany(setting => new[] { "-E", setting }),
        ];
    }

    /// <summary>host:port of the queue, or of the Kafka in its place.</summary>
    public string QueueAddress { get; }

    /// <summary>Whether our queue runs here.</summary>
    public bool HasOwnQueue { get; }

    public ChildProcess? Queue { get; private set; }

    public ChildProcess? Agent { get; private set; }

    public ChildProcess? Processor { get; private set; }

    /// <summary>What all three have written, for messages of failed tests.</summary>
    public string Output => $"queue:\n{Queue?.Output}\nagent:\n{Agent?.Output}\nprocessor:\n{Processor?.Output}";

    public void StartQueue() => Queue = LogFlowProcess.Start("logflow-queue", _queueArguments);

    public void StartAgent() => Agent = LogFlowProcess.Start("logflow-agent", _agentArguments);

    public void StartProcessor() => Processor = LogFlowProcess.Start("logflow-processor", _processorArguments);

    /// <summary>Starts all that run here.</summary>
    public void StartAll()
    {
        if (HasOwnQueue)
        {
            StartQueue();
        }

        StartAgent();
        StartProcessor();
    }

    /// <summary>kill -9 of one of them, and a new start on its data.</summary>
    public async Task KillAndRestartAsync(string name)
    {
        switch (name)
        {
            case "queue":
                await Queue!.KillAsync();
                StartQueue();
                break;
            case "agent":
                await Agent!.KillAsync();
                StartAgent();
                break;
            default:
                await Processor!.KillAsync();
                StartProcessor();
                break;
        }
    }

    /// <summary>Stops all, drained, and checks that each exits with 0.</summary>
    public async Task StopAllAsync()
    {
        foreach (var service in new[] { Agent, Processor, Queue })
        {
            if (service is not null)
            {
                await service.StopAsync();
                Assert.True(service.ExitCode == 0, service.Output);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var service in new[] { Agent, Processor, Queue })
        {
            if (service is not null)
            {
                await service.DisposeAsync();
            }
        }

        _folder.Dispose();
    }
}
