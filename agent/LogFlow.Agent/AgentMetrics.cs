using System.Diagnostics.Metrics;

namespace LogFlow.Agent;

/// <summary>The agent's instruments. Recorded per batch, or observed when asked for; never per line.</summary>
internal sealed class AgentMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _sentBytes;
    private readonly Counter<long> _sentBatches;
    private readonly Counter<long> _uncertain;
    private readonly Histogram<double> _sendDuration;
    private readonly Histogram<long> _batchRecords;

    public AgentMetrics(IMeterFactory meters, AgentCounters counters, Func<AgentStatus?> status)
    {
        _meter = meters.Create("LogFlow.Agent");
        _sentBytes = _meter.CreateCounter<long>(
            "logflow.agent.sent.bytes", "By", "Bytes of acknowledged batches, compressed");
        _sentBatches = _meter.CreateCounter<long>("logflow.agent.sent.batches", "{batch}", "Acknowledged batches");
        _uncertain = _meter.CreateCounter<long>(
            "logflow.agent.uncertain", "{record}", "Records sent again that the queue may have twice");
        _sendDuration = _meter.CreateHistogram<double>(
            "logflow.agent.send.duration", "s", "From sending a batch to its acknowledgement");
        _batchRecords = _meter.CreateHistogram<long>("logflow.agent.batch.records", "{record}", "Records of a batch");
        Observe("logflow.agent.read.lines", "{line}", "Lines read", () => counters.LinesRead);
        Observe("logflow.agent.read.bytes", "By", "Bytes of files read", () => counters.BytesRead);
        Observe("logflow.agent.acknowledged.lines", "{line}", "Lines acknowledged", () => counters.Acknowledged);
        Observe("logflow.agent.truncated.lines", "{line}", "Lines cut to the limit", () => counters.Truncated);
        Observe("logflow.agent.lost.lines", "{line}", "Lines that could not be read again", () => counters.Lost);
        Observe(
            "logflow.agent.lost.bytes", "By", "Bytes of files that vanished unread or cannot be sent again",
            () => counters.LostBytes);
        Observe(
            "logflow.agent.files.vanished", "{file}", "Files that went before they were looked at",
            () => counters.Vanished);
        Observe(
            "logflow.agent.files.deleted", "{file}", "Files deleted by delete.enabled, read and acknowledged",
            () => counters.Deleted);
        Observe("logflow.agent.padding.bytes", "By", "NULs before lines, passed over", () => counters.Padding);
        Observe(
            "logflow.agent.dropped", "{event}", "Events that the output never takes, given up",
            () => counters.Dropped);
        Observe(
            "logflow.agent.unnamed", "{event}", "Events without a field of the index's name, sent to the default one",
            () => counters.Unnamed);
        Observe(
            "logflow.agent.received", "{message}", "Messages that tcp, udp, unix, syslog, stdin and journald took",
            () => counters.Received);
        Observe(
            "logflow.agent.received.dropped", "{message}", "Datagrams for which the spool had no room, lost",
            () => counters.ReceiveDropped);
        Observe("logflow.agent.errors", "{error}", "Errors", () => counters.Errors);
        Gauge("logflow.agent.files.watched", "{file}", "Files known", () => status()?.FilesWatched ?? 0);
        Gauge("logflow.agent.files.open", "{file}", "Files open", () => status()?.FilesOpen ?? 0);
        Gauge("logflow.agent.behind", "By", "Bytes that the queue does not have yet", () => status()?.BytesBehind ?? 0);
        Gauge("logflow.agent.memory.used", "By", "Bytes of events in memory", () => status()?.BytesInMemory ?? 0);
    }

    /// <summary>A batch is in the queue.</summary>
    public void BatchAcknowledged(int records, int bytes, TimeSpan elapsed)
    {
        _sentBytes.Add(bytes);
        _sentBatches.Add(1);
        _batchRecords.Record(records);
        _sendDuration.Record(elapsed.TotalSeconds);
    }

    /// <summary>Records are sent again under another producer.</summary>
    public void Uncertain(int records) => _uncertain.Add(records);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Observe(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableCounter(name, value, unit, description);

    private void Gauge(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableGauge(name, value, unit, description);
}
