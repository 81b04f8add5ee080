using System.CommandLine;
using System.Text.Json.Nodes;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow topics describe</c>: id, settings that are not the default, and for each partition its leader and what
/// it holds.
/// </summary>
internal static class TopicsDescribeCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var names = TopicsCommand.ExistingNames(options, ArgumentArity.ZeroOrMore, "Topics to describe (default: all)");
        var command = new Command("describe", "Id, settings, and for each partition leader, offsets and records")
        {
            names,
        };
        command.SetAction((parsed, cancellationToken) => ToolSession.AnswerAsync(
            parsed,
            options,
            (session, stop) => RunAsync(session, parsed.GetValue(names) ?? [], stop),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolSession session, string[] names, CancellationToken cancellationToken)
    {
        var all = await session.Admin.ListTopicsAsync(cancellationToken);
        var chosen = names.Length == 0 ? all : [.. all.Where(topic => names.Contains(topic.Name))];
        var ranges = await OffsetRange.FindAsync(session, chosen, cancellationToken);
        foreach (var topic in chosen.OrderBy(static topic => topic.Name, StringComparer.Ordinal))
        {
            var configs = await session.Admin.DescribeTopicConfigsAsync(topic.Name, cancellationToken);
            var changed = configs
                .Where(static config => config.Source != TopicConfigSource.Default)
                .OrderBy(static config => config.Name, StringComparer.Ordinal)
                .ToList();
            if (session.IsJson)
            {
                JsonLine.Write(session.Output, ToJson(topic, changed, ranges));
            }
            else
            {
                Print(session.Output, topic, changed, ranges);
            }
        }

        var missing = names.Except(all.Select(static topic => topic.Name)).ToList();
        foreach (var name in missing)
        {
            session.Note($"topic '{name}': {Words.Reason(ErrorCode.UnknownTopicOrPartition)}");
        }

        return missing.Count == 0 ? 0 : 1;
    }

    private static void Print(
        TextWriter output,
        TopicMetadata topic,
        List<TopicConfigEntry> configs,
        Dictionary<TopicPartition, OffsetRange> ranges)
    {
        var partitions = Words.Count(topic.Partitions.Count, "partition");
        output.WriteLine($"{topic.Name}  id {KafkaUuid.Format(topic.TopicId)}, {partitions}");
        foreach (var config in configs)
        {
            var origin = config.Source == TopicConfigSource.Topic ? "" : "  (set on the broker)";
            output.WriteLine(TerminalText.Clean($"  {config.Name}={config.Value ?? "(secret)"}{origin}"));
        }

        var table = new TextTable("PARTITION", "LEADER", "EARLIEST", "LATEST", "RECORDS");
        foreach (var partition in topic.Partitions)
        {
            var range = RangeOf(topic, partition, ranges);
            table.Add(
                Words.Number(partition.Index),
                partition.LeaderId < 0 ? "none" : Words.Number(partition.LeaderId),
                Words.Number(range?.Earliest),
                Words.Number(range?.Latest),
                Words.Number(range?.Count));
        }

        table.Write(output, indentation: "  ");
    }

    private static JsonObject ToJson(
        TopicMetadata topic, List<TopicConfigEntry> configs, Dictionary<TopicPartition, OffsetRange> ranges) => new()
        {
            ["name"] = topic.Name,
            ["id"] = KafkaUuid.Format(topic.TopicId),
            ["configs"] = new JsonObject(configs.Select(static config =>
                KeyValuePair.Create<string, JsonNode?>(config.Name, config.Value))),
            ["partitions"] = new JsonArray([.. topic.Partitions.Select(partition =>
            {
                var range = RangeOf(topic, partition, ranges);
                return new JsonObject
                {
                    ["partition"] = partition.Index,
                    ["leader"] = partition.LeaderId < 0 ? null : partition.LeaderId,
                    ["earliest"] = range?.Earliest,
                    ["latest"] = range?.Latest,
                    ["records"] = range?.Count,
                };
            })]),
        };

    private static OffsetRange? RangeOf(
        TopicMetadata topic, PartitionMetadata partition, Dictionary<TopicPartition, OffsetRange> ranges) =>
        ranges.TryGetValue(new TopicPartition(topic.Name, partition.Index), out var range) ? range : null;
}
