using LogFlow.Hosting;

namespace LogFlow.Queue;

/// <content>
/// What a server.properties of Kafka says of clusters, controllers and threads, and a queue of one node has no use for.
/// </content>
[MeaninglessKeys(
    "a queue of one node",
    "process.roles",
    "controller.*",
    "inter.broker.listener.name",
    "inter.broker.protocol.version",
    "security.inter.broker.protocol",
    "listener.security.protocol.map",
    "early.start.listeners",
    "num.network.threads",
    "num.io.threads",
    "num.recovery.threads.per.data.dir",
    "num.replica.fetchers",
    "num.replica.alter.log.dirs.threads",
    "background.threads",
    "queued.max.requests",
    "socket.send.buffer.bytes",
    "socket.receive.buffer.bytes",
    "socket.listen.backlog.size",
    "socket.connection.setup.timeout.ms",
    "socket.connection.setup.timeout.max.ms",
    "offsets.topic.*",
    "offsets.commit.timeout.ms",
    "offsets.load.buffer.size",
    "transaction.state.log.*",
    "share.coordinator.*",
    "group.coordinator.*",
    "default.replication.factor",
    "min.insync.replicas",
    "replica.*",
    "replication.quota.*",
    "alter.log.dirs.replication.quota.*",
    "leader.imbalance.*",
    "auto.leader.rebalance.enable",
    "unclean.leader.election.enable",
    "broker.rack",
    "broker.heartbeat.interval.ms",
    "broker.session.timeout.ms",
    "broker.id.generation.enable",
    "metadata.log.*",
    "metadata.max.*",
    "initial.broker.registration.timeout.ms",
    "server.max.startup.time.ms",
    "controlled.shutdown.*",
    "log.cleaner.threads",
    "log.cleaner.io.*",
    "log.flush.interval.messages",
    "log.flush.interval.ms",
    "log.flush.scheduler.interval.ms",
    "log.flush.offset.checkpoint.interval.ms",
    "log.flush.start.offset.checkpoint.interval.ms",
    "fetch.purgatory.purge.interval.requests",
    "producer.purgatory.purge.interval.requests",
    "delete.records.purgatory.purge.interval.requests",
    "metric.reporters",
    "metrics.*",
    "zookeeper.*")]
public partial class QueueConfig : IAdaptedConfig
{
    /// <summary>Names of listeners that are a controller's: this queue has none, and passes them over.</summary>
    [ConfigKey("controller.listener.names")]
    public List<string> ControllerListenerNames { get; set; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Adapt()
    {
        var dropped = Listeners.RemoveAll(IsController);
        AdvertisedListeners.RemoveAll(IsController);
        return dropped == 0
            ? []
            : [new("listeners", $"the controller's ({string.Join(", ", ControllerListenerNames)}) is not opened")];
    }

    private bool IsController(string listener) => ControllerListenerNames.Exists(
        name => listener.StartsWith(name + "://", StringComparison.OrdinalIgnoreCase));
}
