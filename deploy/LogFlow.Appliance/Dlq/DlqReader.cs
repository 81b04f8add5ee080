using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary>Reads the dead-letter topics, as they are at the start, to their end.</summary>
internal static class DlqReader
{
    private const string Suffix = ".dlq";

    /// <summary>The topics of dead letters: all, or that of one topic (named with or without <c>.dlq</c>).</summary>
    /// <exception cref="StartupException">The one that was named has none.</exception>
    public static async Task<IReadOnlyList<TopicMetadata>> FindTopicsAsync(
        ToolSession session, string? topic, CancellationToken cancellationToken)
    {
        var all = await session.Admin.ListTopicsAsync(cancellationToken);
        var name = topic is null || topic.EndsWith(Suffix, StringComparison.Ordinal) ? topic : topic + Suffix;
        var found = all
            .Where(known => known.Name.EndsWith(Suffix, StringComparison.Ordinal))
            .Where(known => name is null || known.Name == name)
            .OrderBy(static known => known.Name, StringComparer.Ordinal)
            .ToArray();
        return found.Length > 0 || name is null
            ? found
            : throw new StartupException(TerminalText.Clean($"there are no dead letters of '{topic}' (no '{name}')"));
    }

    /// <summary>Hands over each letter of a topic; the record's memory lives as long as the call.</summary>
    /// <param name="session">The session.</param>
    /// <param name="topic">The dead-letter topic.</param>
    /// <param name="handle">Takes where it stands, the record and what it says; false ends the reading.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task ReadAsync(
        ToolSession session, TopicMetadata topic, Func<TopicPartition, Record, StoredDeadLetter, Task<bool>> handle,
        CancellationToken cancellationToken)
    {
        Topics.ThrowIfUnusable(topic);
        var options = new ConsumeOptions
        {
            Topic = topic.Name,
            From = new StartPosition(StartKind.Beginning),
            IsExit = true,
        };
        await using var source = await PartitionSource.StartAsync(session, options, topic, cancellationToken);
        while (await source.NextAsync(cancellationToken) is { } batch)
        {
            using (batch)
            {
                var partition = batch.TopicPartition;
                var end = source.EndOf(partition);
                var records = batch.RecordMemory;
                for (var index = 0; index < records.Length && records.Span[index].Offset < end; index++)
                {
                    var record = records.Span[index];
                    if (!await handle(partition, record, StoredDeadLetter.Read(record)))
                    {
                        return;
                    }
                }

                await source.OnPrintedAsync(partition, batch.NextOffset, cancellationToken);
            }
        }
    }
}
