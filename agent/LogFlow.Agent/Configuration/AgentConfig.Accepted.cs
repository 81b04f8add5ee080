using LogFlow.Hosting;

namespace LogFlow.Agent;

// What Filebeat's reference configuration can hold and has nothing, or something else, to do here.
[AcceptedKey("setup", "sets up nothing: index templates are made by what indexes (output.elasticsearch, the "
    + "processor); dashboards are not there yet")]
[AcceptedKey("monitoring", "sends nothing: metrics are served on /metrics with 'http.enabled: true'", IsQuiet = true)]
[AcceptedKey("xpack", "sends nothing: metrics are served on /metrics with 'http.enabled: true'", IsQuiet = true)]
[AcceptedKey("instrumentation", "traces nothing; LogFlow exports OpenTelemetry by OTEL_EXPORTER_OTLP_ENDPOINT",
    IsQuiet = true)]
[AcceptedKey("management", "is not done: configuration is what the files say", IsQuiet = true)]
[AcceptedKey("cloud", "says nothing without 'cloud.id'", IsQuiet = true)]
[AcceptedKey("timestamp", "says nothing: times have milliseconds")]
[AcceptedKey("modules", "says nothing, as in Filebeat: 'filebeat.modules' is its name")]
[AcceptedKey("system.hostfs", "says nothing: no metrics of the host are read", IsQuiet = true)]
[AcceptedKey("features", "says nothing here", IsQuiet = true)]
[AcceptedKey("seccomp", "is left to systemd or the container", IsQuiet = true)]
[AcceptedKey("fips", "says nothing here", IsQuiet = true)]
[AcceptedKey("geoip", "is the processor's work: filter { geoip { … } }")]
[AcceptedKey("queue.disk", "is not needed: the log files are the queue on disk, and read on when there is room")]
[AcceptedKey("queue.spool", "is not needed: the log files are the queue on disk, and read on when there is room")]
[AcceptedKey("queue_size", "is queue.mem.bytes here")]
[AcceptedKey("bulk_queue_size", "is queue.mem.bytes here")]
[AcceptedKey("shipper", "is from Filebeat 1: 'name' and 'tags' stand at the top today")]
[AcceptedKey("refresh_topology_freq", "says nothing here")]
[AcceptedKey("filebeat.overwrite_pipelines", "says nothing: pipelines belong to the processor", IsQuiet = true)]
[AcceptedKey("filebeat.registry.file_permissions", "says nothing: the registry is its owner's alone", IsQuiet = true)]
[AcceptedKey("filebeat.registry.backend", "says nothing: there is one", IsQuiet = true)]
[AcceptedKey("filebeat.registry.migrate_file", "is filebeat.registry.take_over here")]
[AcceptedKey("filebeat.registry_file_permissions", "says nothing: the registry is its owner's alone", IsQuiet = true)]
[AcceptedKey("filebeat.registry_flush", "is filebeat.registry.flush here; its default is in force", IsQuiet = true)]
[AcceptedKey("filebeat.spool_size", "is queue.mem.bytes here")]
[AcceptedKey("filebeat.idle_timeout", "says nothing: a batch leaves as soon as the queue is idle")]
[AcceptedKey("filebeat.publish_async", "says nothing: batches always are under way side by side", IsQuiet = true)]
public partial class AgentConfig
{
}
