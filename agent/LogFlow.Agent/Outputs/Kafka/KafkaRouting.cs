using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>
/// Chooses the topic and the key of an input's lines, at the start: a file keeps one topic and one partition for life,
/// or its lines would have no order and its batches no sequence. So formats and conditions may name what all events of
/// an input have in common: fields, tags, input.type, agent, host.
/// </summary>
internal static class KafkaRouting
{
    private static readonly string[] Common = ["fields", "tags", "input", "agent", "host", "ecs"];

    /// <summary>The topic.</summary>
    /// <exception cref="FormatException">It is not the same for all events, or Kafka does not take it.</exception>
    public static string TopicOf(KafkaOutputConfig kafka, AgentConfig agent, InputConfig input)
    {
        var json = CommonJson(agent, input);
        var common = FieldJson.ReadEvent(json);
        foreach (var rule in kafka.Topics)
        {
            foreach (var field in (rule.When?.Fields ?? []).Where(field => !IsCommon(field, common)))
            {
                throw new FormatException(
                    $"a rule of output.kafka.topics depends on '{field}', which differs from line to line; a file's "
                    + "lines go to one topic here. Let the processor route them, or choose by fields, tags or "
                    + "input.type");
            }

            if (new OutputRule(rule, rule.Topic, known: null).Apply(json, common) is { } chosen)
            {
                return Check(chosen);
            }
        }

        return Check(Format(kafka.Topic, "topic", json));
    }

    /// <summary>The key; empty: the file's own.</summary>
    /// <exception cref="FormatException">It is not the same for all events.</exception>
    public static string KeyOf(KafkaOutputConfig kafka, AgentConfig agent, InputConfig input) =>
        kafka.Key.Length == 0 ? "" : Format(kafka.Key, "key", CommonJson(agent, input));

    private static string Format(string format, string key, byte[] json) =>
        FormatString.Parse(format).Format(json) ?? throw new FormatException(
            $"output.kafka.{key} '{format}' names a field that an input's events do not have in common; fields, tags, "
            + "input.type, agent and host can be named, and what an input's 'fields' hold");

    private static string Check(string topic) => KafkaOutputConfig.IsTopicName(topic)
        ? topic
        : throw new FormatException($"'{topic}' is not a topic name: 1 to 249 of a-z A-Z 0-9 . _ -");

    private static bool IsCommon(string field, AgentEvent common) =>
        Common.Contains(field.Split('.')[0]) || common.TryGet(field, out _);

    /// <summary>What all events of an input say.</summary>
    private static byte[] CommonJson(AgentConfig agent, InputConfig input)
    {
        var identity = AgentIdentity.Of(Guid.Empty, agent.Name);
        var metadata = new EventMetadata(agent, input, identity).For("");
        metadata.Remove("log");
        return JsonSerializer.SerializeToUtf8Bytes(metadata);
    }
}
