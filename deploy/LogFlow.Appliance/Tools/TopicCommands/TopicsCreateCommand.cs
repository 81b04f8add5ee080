using System.CommandLine;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary><c>logflow topics create</c>.</summary>
internal sealed class TopicsCreateCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "Letters, digits, '.', '_' and '-'" };

    private readonly Option<int?> _partitions = new("--partitions")
    {
        Description = "Number of partitions (default: the broker's)",
        HelpName = "N",
    };

    private readonly Option<short?> _replicationFactor = new("--replication-factor")
    {
        Description = "Copies of each partition (default: the broker's)",
        HelpName = "N",
    };

    private readonly Option<string[]> _configs = new("--config")
    {
        Description = "A setting of the topic, such as retention.ms=3600000; repeatable",
        HelpName = "KEY=VALUE",
    };

    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var create = new TopicsCreateCommand();
        var command = new Command("create", "Create a topic")
        {
            create._name, create._partitions, create._replicationFactor, create._configs,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var topic = create.Read(parsed);
            return ToolSession.AnswerAsync(
                parsed, options, (session, stop) => RunAsync(session, topic, stop), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(ToolSession session, NewTopic topic, CancellationToken cancellationToken)
    {
        var created = await session.Admin.CreateTopicAsync(topic, cancellationToken);
        if (created.Error != ErrorCode.None)
        {
            throw new StartupException(TerminalText.Clean(
                $"topic '{topic.Name}' is not created: {Words.Reason(created.Error, created.Message)}"));
        }

        if (session.IsJson)
        {
            JsonLine.Write(
                session.Output, new JsonObject { ["name"] = topic.Name, ["id"] = KafkaUuid.Format(created.TopicId) });
        }
        else
        {
            session.Output.WriteLine($"created {topic.Name}, id {KafkaUuid.Format(created.TopicId)}");
        }

        return 0;
    }

    private NewTopic Read(ParseResult parsed)
    {
        var partitions = parsed.GetValue(_partitions);
        var replicationFactor = parsed.GetValue(_replicationFactor);
        if (partitions < 1 || replicationFactor < 1)
        {
            throw new StartupException("--partitions and --replication-factor take numbers from 1 on", 2);
        }

        return new NewTopic(parsed.GetValue(_name)!, partitions ?? -1, replicationFactor ?? -1)
        {
            Configs = NamedValue.ParseAll(_configs.Name, parsed.GetValue(_configs) ?? []),
        };
    }
}
