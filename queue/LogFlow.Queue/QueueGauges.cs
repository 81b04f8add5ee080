using System.Diagnostics.Metrics;

namespace LogFlow.Queue;

/// <summary>What is measured when somebody looks: sizes, offsets and lags, by Kafka's words.</summary>
internal static class QueueGauges
{
    public static void Register(Meter meter, Func<QueueStatus> getStatus)
    {
        meter.CreateObservableGauge(
            "logflow.queue.log.size", () => Sizes(getStatus()), "By", "Bytes on disk of a topic's partitions.");
        meter.CreateObservableGauge(
            "logflow.queue.log.end_offset", () => EndOffsets(getStatus()), "{offset}", "A partition's high watermark.");
        meter.CreateObservableGauge(
            "logflow.queue.log.last_stable_offset_lag",
            () => LastStableOffsetLags(getStatus()),
            "{offset}",
            "How far a partition's open transactions hold back readers of committed records.");
        meter.CreateObservableGauge(
            "logflow.queue.group.lag", () => Lags(getStatus()), "{record}", "Records that wait for a consumer group.");
        meter.CreateObservableGauge(
            "logflow.queue.group.members", () => Members(getStatus()), "{member}", "Members of a consumer group.");
        meter.CreateObservableGauge(
            "logflow.queue.transaction.open",
            () => Transactions(getStatus().Transactions),
            "{transaction}",
            "Transactions that are under way, by state.");
    }

    private static IEnumerable<Measurement<long>> Sizes(QueueStatus status) =>
        status.Topics.Select(topic => new Measurement<long>(
            topic.Partitions.Sum(partition => partition.SizeInBytes), Tag("topic", topic.Name)));

    private static IEnumerable<Measurement<long>> EndOffsets(QueueStatus status) =>
        status.Topics.SelectMany(topic => topic.Partitions.Select((partition, index) => new Measurement<long>(
            partition.HighWatermark, Tag("topic", topic.Name), Tag("partition", index))));

    private static IEnumerable<Measurement<long>> LastStableOffsetLags(QueueStatus status) =>
        status.Topics.SelectMany(topic => topic.Partitions.Select((partition, index) => new Measurement<long>(
            partition.HighWatermark - partition.LastStableOffset, Tag("topic", topic.Name), Tag("partition", index))));

    private static IEnumerable<Measurement<long>> Lags(QueueStatus status) =>
        status.Groups.SelectMany(group => group.Offsets.Select(offset => new Measurement<long>(
            offset.Lag, Tag("group", group.GroupId), Tag("topic", offset.Topic), Tag("partition", offset.Partition))));

    private static IEnumerable<Measurement<long>> Members(QueueStatus status) =>
        status.Groups.Select(group => new Measurement<long>(group.MemberCount, Tag("group", group.GroupId)));

    private static IEnumerable<Measurement<long>> Transactions(QueueTransactionStatus status) =>
    [
        new(status.Ongoing, Tag("state", nameof(status.Ongoing))),
        new(status.PrepareCommit, Tag("state", nameof(status.PrepareCommit))),
        new(status.PrepareAbort, Tag("state", nameof(status.PrepareAbort))),
    ];

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
