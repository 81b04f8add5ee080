using LogFlow.Hosting;

namespace LogFlow.Queue;

/// <content>What groups of the new protocol must keep to.</content>
public partial class QueueConfig
{
    private void ValidateConsumerGroups(List<ConfigProblem> problems)
    {
        RequireWithin(
            problems,
            "heartbeat.interval.ms",
            GroupConsumerHeartbeatIntervalMs,
            GroupConsumerMinHeartbeatIntervalMs,
            GroupConsumerMaxHeartbeatIntervalMs);
        RequireWithin(
            problems,
            "session.timeout.ms",
            GroupConsumerSessionTimeoutMs,
            GroupConsumerMinSessionTimeoutMs,
            GroupConsumerMaxSessionTimeoutMs);
        RequireAtLeast(problems, "group.consumer.max.size", GroupConsumerMaxSize, 1);
        if (GroupConsumerSessionTimeoutMs <= GroupConsumerHeartbeatIntervalMs)
        {
            problems.Add(new(
                "group.consumer.session.timeout.ms",
                $"is {GroupConsumerSessionTimeoutMs} but must be more than group.consumer.heartbeat.interval.ms "
                + $"({GroupConsumerHeartbeatIntervalMs})"));
        }

        if (GroupConsumerAssignors.Count == 0)
        {
            problems.Add(new("group.consumer.assignors", "must name at least one assignor"));
        }

        RequireOneOf(
            problems,
            "group.consumer.migration.policy",
            GroupConsumerMigrationPolicy.ToLowerInvariant(),
            ["bidirectional", "upgrade", "downgrade", "disabled"]);
        foreach (var assignor in GroupConsumerAssignors)
        {
            RequireOneOf(problems, "group.consumer.assignors", assignor, [.. PartitionAssignors.Names]);
        }
    }

    /// <summary>Kafka starts only where its own value is within the limits that it sets to groups.</summary>
    private static void RequireWithin(List<ConfigProblem> problems, string name, int value, int least, int most)
    {
        RequireAtLeast(problems, $"group.consumer.min.{name}", least, 1);
        RequireAtLeast(problems, $"group.consumer.max.{name}", most, least);
        RequireAtLeast(problems, $"group.consumer.{name}", value, least);
        if (value > most)
        {
            problems.Add(new(
                $"group.consumer.{name}", $"is {value} but must be at most group.consumer.max.{name} ({most})"));
        }
    }
}
