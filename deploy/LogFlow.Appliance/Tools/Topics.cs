using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance.Tools;

/// <summary>Finds topics by name.</summary>
internal static class Topics
{
    /// <summary>The topic of this name.</summary>
    /// <exception cref="StartupException">There is none, or it cannot be used.</exception>
    public static async Task<TopicMetadata> GetAsync(
        ToolSession session, string name, CancellationToken cancellationToken, bool allowAutoCreate = false)
    {
        var topic = await session.Client.GetTopicAsync(name, allowAutoCreate, cancellationToken);
        return topic.Error == ErrorCode.None
            ? topic
            : throw new StartupException(TerminalText.Clean($"topic '{name}': {Words.Reason(topic.Error)}"));
    }

    /// <summary>Those of these names that exist.</summary>
    public static async Task<IReadOnlyList<TopicMetadata>> FindAsync(
        ToolSession session, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var wanted = names.ToHashSet();
        var all = await session.Admin.ListTopicsAsync(cancellationToken);
        return [.. all.Where(topic => wanted.Contains(topic.Name))];
    }
}
