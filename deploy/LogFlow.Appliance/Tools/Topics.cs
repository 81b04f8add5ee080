using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary>Finds topics by name.</summary>
internal static class Topics
{
    /// <summary>The topic of this name.</summary>
    /// <exception cref="StartupException">There is none, or it cannot be used.</exception>
    public static async Task<TopicMetadata> GetAsync(
        ToolSession session, string name, CancellationToken cancellationToken, bool allowAutoCreate = false)
    {
        var topic = await session.Client.GetTopicAsync(name, allowAutoCreate, cancellationToken);
        if (topic.Error == ErrorCode.UnknownTopicOrPartition)
        {
            throw await MissingAsync(session, name, cancellationToken);
        }

        return ThrowIfUnusable(topic);
    }

    /// <summary>The topic itself, if it can be used.</summary>
    /// <exception cref="StartupException">It cannot, for a reason that waiting does not cure.</exception>
    public static TopicMetadata ThrowIfUnusable(TopicMetadata topic) =>
        topic.Error == ErrorCode.None
            ? topic
            : throw new StartupException(TerminalText.Clean($"topic '{topic.Name}': {Words.Reason(topic.Error)}"));

    /// <exception cref="StartupException">The topic does not have this partition.</exception>
    public static void ThrowIfNoSuchPartition(TopicMetadata topic, int? partition)
    {
        if (partition >= topic.Partitions.Count)
        {
            var highest = topic.Partitions.Count - 1;
            throw new StartupException(
                $"topic '{topic.Name}' has no partition {partition}: "
                + (highest == 0 ? "its only one is 0" : $"it has 0 to {Words.Number(highest)}"));
        }
    }

    /// <summary>Those of these names that exist.</summary>
    public static async Task<IReadOnlyList<TopicMetadata>> FindAsync(
        ToolSession session, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var wanted = names.ToHashSet();
        var all = await session.Admin.ListTopicsAsync(cancellationToken);
        return [.. all.Where(topic => wanted.Contains(topic.Name))];
    }

    private static async Task<StartupException> MissingAsync(
        ToolSession session, string name, CancellationToken cancellationToken)
    {
        var all = await session.Admin.ListTopicsAsync(cancellationToken);
        var nearest = NearestName.Find(name, all.Select(static topic => topic.Name));
        return new StartupException(TerminalText.Clean(
            $"topic '{name}' does not exist"
            + (nearest is null ? ": " : $"; did you mean '{nearest}'? ")
            + "'logflow topics list' shows the topics that there are, 'logflow topics create' makes one"));
    }
}
