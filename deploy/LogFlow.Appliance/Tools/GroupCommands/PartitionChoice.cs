using System.Globalization;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>What <c>--topic</c> takes: a topic, or some partitions of it (<c>orders:0,3</c>).</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Partitions">Empty for all.</param>
internal sealed record PartitionChoice(string Topic, IReadOnlyList<int> Partitions)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="StartupException">It is not of that form.</exception>
    public static PartitionChoice Parse(string text)
    {
        var parts = text.Split(':');
        var partitions = new List<int>();
        var isValid = parts.Length <= 2 && parts[0].Length > 0;
        foreach (var number in parts.Length == 2 ? parts[1].Split(',') : [])
        {
            isValid &= int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition);
            partitions.Add(partition);
        }

        return isValid
            ? new PartitionChoice(parts[0], partitions)
            : throw new StartupException($"--topic takes TOPIC or TOPIC:PARTITION,PARTITION, not '{text}'", 2);
    }

    /// <summary>The partitions that are meant.</summary>
    /// <exception cref="StartupException">The topic has no such partition.</exception>
    public IEnumerable<TopicPartition> Of(TopicMetadata topic)
    {
        foreach (var partition in Partitions)
        {
            Topics.ThrowIfNoSuchPartition(topic, partition);
        }

        var chosen = Partitions.Count > 0 ? Partitions : Enumerable.Range(0, topic.Partitions.Count);
        return chosen.Select(partition => new TopicPartition(Topic, partition));
    }
}
