using System.CommandLine;
using System.Text.Json.Nodes;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary><c>logflow topics list</c>: name, partitions, records and id of each topic.</summary>
internal static class TopicsListCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var command = new Command("list", "All topics");
        command.SetAction((parsed, cancellationToken) =>
            ToolSession.AnswerAsync(parsed, options, RunAsync, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolSession session, CancellationToken cancellationToken)
    {
        var topics = await session.Admin.ListTopicsAsync(cancellationToken);
        var ranges = await OffsetRange.FindAsync(session, topics, cancellationToken);
        var counts = ranges.ToLookup(static pair => pair.Key.Topic, static pair => pair.Value.Count);
        var table = new TextTable("TOPIC", "PARTITIONS", "RECORDS", "ID");
        foreach (var topic in topics.OrderBy(static topic => topic.Name, StringComparer.Ordinal))
        {
            var records = counts[topic.Name].Sum();
            if (session.IsJson)
            {
                JsonLine.Write(session.Output, new JsonObject
                {
                    ["name"] = topic.Name,
                    ["id"] = KafkaUuid.Format(topic.TopicId),
                    ["partitions"] = topic.Partitions.Count,
                    ["records"] = records,
                });
            }

            table.Add(
                topic.Name,
                Words.Number(topic.Partitions.Count),
                Words.Number(records),
                KafkaUuid.Format(topic.TopicId));
        }

        if (topics.Count == 0)
        {
            session.Note("there is no topic");
        }
        else if (!session.IsJson)
        {
            table.Write(session.Output);
        }

        return 0;
    }
}
