using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>Carries out one <c>groups reset-offsets</c>: plans, shows, and if so asked does it.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Choices">Topics and partitions; empty for all in which the group has committed.</param>
/// <param name="Target">Where to.</param>
/// <param name="IsExecuted">False: only show what would be done.</param>
internal sealed record OffsetReset(
    string GroupId, IReadOnlyList<PartitionChoice> Choices, ResetTarget Target, bool IsExecuted)
{
    /// <summary>Returns the exit code.</summary>
    /// <exception cref="StartupException">The group has members, or there is nothing to reset.</exception>
    public async Task<int> RunAsync(ToolSession session, CancellationToken cancellationToken)
    {
        await ThrowIfActiveAsync(session, cancellationToken);
        var committed = await session.Admin.ListCommittedOffsetsAsync(GroupId, null, cancellationToken);
        var (partitions, ranges) = await FindPartitionsAsync(session, committed, cancellationToken);
        var times = Target.Kind == ResetKind.Time
            ? await session.Admin.ListOffsetsAsync(partitions, Target.Value, cancellationToken)
            : new Dictionary<TopicPartition, ListedOffset>();
        var changes = new Dictionary<TopicPartition, long>();
        foreach (var partition in partitions)
        {
            long? current = committed.TryGetValue(partition, out var offset) ? offset : null;
            long? atTime = times.TryGetValue(partition, out var found) && found.Offset >= 0 ? found.Offset : null;
            changes[partition] = Target.Choose(ranges[partition], current, atTime)
                ?? throw new StartupException(
                    $"group '{GroupId}' has no committed offset in {partition} to shift from");
        }

        var refusals = IsExecuted
            ? await session.Admin.AlterGroupOffsetsAsync(GroupId, changes, cancellationToken)
            : new Dictionary<TopicPartition, ErrorCode>();
        Print(session, committed, changes, refusals);
        return refusals.Values.All(static error => error == ErrorCode.None) ? 0 : 1;
    }

    /// <summary>Members would go on where they are, and commit over what is set here.</summary>
    private async Task ThrowIfActiveAsync(ToolSession session, CancellationToken cancellationToken)
    {
        var group = await session.Admin.DescribeGroupAsync(GroupId, cancellationToken);
        if (group.Members.Count == 0)
        {
            return;
        }

        var members = group.Members.Select(static member => $"{member.MemberId} on {member.ClientHost}");
        throw new StartupException(TerminalText.Clean(
            $"group '{GroupId}' has active members; stop them first: {string.Join(", ", members)}"));
    }

    private async Task<(List<TopicPartition> Partitions, Dictionary<TopicPartition, OffsetRange> Ranges)>
        FindPartitionsAsync(
            ToolSession session,
            IReadOnlyDictionary<TopicPartition, long> committed,
            CancellationToken cancellationToken)
    {
        var isAll = Choices.Count == 0;
        if (isAll && committed.Count == 0)
        {
            throw new StartupException($"group '{GroupId}' has no committed offsets; name topics with --topic");
        }

        var names = isAll
            ? committed.Keys.Select(static partition => partition.Topic)
            : Choices.Select(static choice => choice.Topic);
        var topics = await Topics.FindAsync(session, names, cancellationToken);
        var ranges = await OffsetRange.FindAsync(session, topics, cancellationToken);
        var partitions = (isAll ? committed.Keys : Choices.SelectMany(choice => Of(choice, topics)))
            .Distinct()
            .OrderBy(static partition => partition.Topic, StringComparer.Ordinal)
            .ThenBy(static partition => partition.Partition)
            .ToList();
        foreach (var partition in partitions.Where(partition => !ranges.ContainsKey(partition)))
        {
            if (!isAll)
            {
                throw new StartupException($"{partition} has no leader at present; nothing is changed");
            }

            session.Note($"left out: {partition} is gone, or without a leader");
        }

        return (partitions.FindAll(ranges.ContainsKey), ranges);
    }

    private static IEnumerable<TopicPartition> Of(PartitionChoice choice, IReadOnlyList<TopicMetadata> topics)
    {
        var topic = topics.FirstOrDefault(topic => topic.Name == choice.Topic)
            ?? throw new StartupException(TerminalText.Clean(
                $"topic '{choice.Topic}': {Words.Reason(ErrorCode.UnknownTopicOrPartition)}"));
        return choice.Of(topic);
    }

    private void Print(
        ToolSession session,
        IReadOnlyDictionary<TopicPartition, long> committed,
        Dictionary<TopicPartition, long> changes,
        IReadOnlyDictionary<TopicPartition, ErrorCode> refusals)
    {
        var table = new TextTable("TOPIC", "PARTITION", "CURRENT", "NEW", "CHANGE");
        foreach (var (partition, offset) in changes)
        {
            long? current = committed.TryGetValue(partition, out var known) ? known : null;
            var refusal = refusals.GetValueOrDefault(partition);
            if (refusal != ErrorCode.None)
            {
                session.Note($"{partition} is not reset: {Words.Reason(refusal)}");
            }

            if (session.IsJson)
            {
                JsonLine.Write(session.Output, new JsonObject
                {
                    ["group"] = GroupId,
                    ["topic"] = partition.Topic,
                    ["partition"] = partition.Partition,
                    ["current"] = current,
                    ["new"] = offset,
                    ["executed"] = IsExecuted && refusal == ErrorCode.None,
                });
            }

            table.Add(
                partition.Topic,
                Words.Number(partition.Partition),
                Words.Number(current),
                Words.Number(offset),
                Words.Number(offset - current));
        }

        if (!session.IsJson)
        {
            table.Write(session.Output);
        }

        if (!IsExecuted)
        {
            session.Note("dry run: nothing is changed (--execute does it)");
        }
    }
}
