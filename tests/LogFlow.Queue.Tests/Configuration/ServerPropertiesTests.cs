using LogFlow.Hosting;

namespace LogFlow.Queue.Tests;

/// <summary>The 24 keys that Kafka 4's own server.properties sets are taken as they are: a file, or YAML.</summary>
public sealed class ServerPropertiesTests
{
    private const string Kafka = """
        process.roles=broker,controller
        node.id=7
        controller.quorum.bootstrap.servers=localhost:9093
        listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://:9093
        inter.broker.listener.name=PLAINTEXT
        advertised.listeners=PLAINTEXT://localhost:0,CONTROLLER://localhost:9093
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL
        num.network.threads=3
        num.io.threads=8
        socket.send.buffer.bytes=102400
        socket.receive.buffer.bytes=102400
        socket.request.max.bytes=104857600
        log.dirs=/tmp/kraft-combined-logs
        num.partitions=3
        num.recovery.threads.per.data.dir=1
        offsets.topic.replication.factor=1
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        log.retention.hours=48
        log.segment.bytes=1073741824
        log.retention.check.interval.ms=300000
        """;

    [Fact]
    public void KafkasOwn_IsTakenWithOneNote()
    {
        var document = ConfigDocument.Parse(Kafka, "server.properties");
        var config = document.Bind<QueueConfig>();
        Assert.Equal(["PLAINTEXT://127.0.0.1:0"], config.Listeners);
        Assert.Equal(["PLAINTEXT://localhost:0"], config.AdvertisedListeners);
        Assert.Equal((7, 3, 48), (config.NodeId, config.NumPartitions, config.LogRetentionHours));
        var note = Assert.Single(document.Notes, note => note.Contains("without meaning for a queue of one node"));
        Assert.Contains("process.roles", note, StringComparison.Ordinal);
        Assert.Contains("num.network.threads", note, StringComparison.Ordinal);
        Assert.DoesNotContain("num.partitions", note, StringComparison.Ordinal);
        Assert.Contains("listeners: the controller's (CONTROLLER) is not opened.", document.Notes);
    }

    [Fact]
    public void KafkasKeys_AsYaml_AreTakenToo()
    {
        var document = ConfigDocument.Parse(
            "process.roles: broker\nnum:\n  io.threads: 8\n  partitions: 2\ncontroller.quorum.voters: '1@a:1'\n");
        Assert.Equal(2, document.Bind<QueueConfig>().NumPartitions);
        Assert.Contains("num.io.threads", Assert.Single(document.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("num.partitons=3", "unknown key 'num.partitons'; did you mean 'num.partitions'?")]
    [InlineData("log.retention.hour=3", "unknown key 'log.retention.hour'; did you mean 'log.retention.hours'?")]
    [InlineData("tiered.storage.everything=1", "unknown key 'tiered.storage.everything'")]
    public void Mistyped_NamesTheWholeKeyAndTheNearest(string text, string problem)
    {
        var error = Assert.Throws<ConfigException>(
            () => ConfigDocument.Parse(text, "server.properties").Bind<QueueConfig>());
        Assert.Equal($"server.properties:1:1: {problem}", error.Message.Split('\n')[0]);
    }

    [Fact]
    public async Task Queue_StartsWithIt()
    {
        using var folder = new TempDirectory();
        var file = Path.Combine(folder.Path, "server.properties");
        await File.WriteAllTextAsync(
            file,
            Kafka.Replace("/tmp/kraft-combined-logs", Path.Combine(folder.Path, "data"), StringComparison.Ordinal));
        string[] arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "logflow-queue.dll"), "run", "-c", file, "-E", "queue.http.port=-1",
        ];
        await using var process = ChildProcess.Start("dotnet", arguments);
        await process.WaitForLineAsync("The queue listens on");
        Assert.Contains("without meaning for a queue of one node", process.Output, StringComparison.Ordinal);
    }
}
