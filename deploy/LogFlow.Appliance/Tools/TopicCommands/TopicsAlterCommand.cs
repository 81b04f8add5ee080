using System.CommandLine;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary><c>logflow topics alter</c>: more partitions, other settings.</summary>
internal sealed class TopicsAlterCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The topic" };

    private readonly Option<int?> _partitions = new("--partitions")
    {
        Description = "New number of partitions; it can only grow, and keys move with it",
        HelpName = "N",
    };

    private readonly Option<string[]> _configs = new("--config")
    {
        Description = "Set a setting of the topic, such as retention.ms=3600000; repeatable",
        HelpName = "KEY=VALUE",
    };

    private readonly Option<string[]> _deletedConfigs = new("--delete-config")
    {
        Description = "Put a setting back to the broker's default; repeatable",
        HelpName = "KEY",
    };

    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var alter = new TopicsAlterCommand();
        alter._name.CompletionSources.Add(context => BrokerNames.Topics(context, options));
        var command = new Command("alter", "Add partitions to a topic, change its settings")
        {
            alter._name, alter._partitions, alter._configs, alter._deletedConfigs,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(alter._name)!;
            var partitions = parsed.GetValue(alter._partitions);
            var configs = alter.ReadConfigs(parsed);
            if (partitions is null && configs.Count == 0)
            {
                throw new StartupException("nothing to alter: give --partitions, --config or --delete-config", 2);
            }

            return ToolSession.AnswerAsync(
                parsed,
                options,
                (session, stop) => RunAsync(session, name, partitions, configs, stop),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ToolSession session,
        string name,
        int? partitions,
        Dictionary<string, string?> configs,
        CancellationToken cancellationToken)
    {
        // Settings first: they are refused as a whole, while partitions cannot be taken back.
        if (configs.Count > 0)
        {
            var altered = await session.Admin.AlterTopicConfigsAsync(name, configs, cancellationToken);
            ThrowIfRefused(name, "settings are unchanged", altered.Error, altered.Message);
        }

        if (partitions is { } count)
        {
            var error = await session.Admin.CreatePartitionsAsync(name, count, cancellationToken);
            ThrowIfRefused(name, "partitions are unchanged", error, message: null);
        }

        if (session.IsJson)
        {
            JsonLine.Write(session.Output, new JsonObject { ["name"] = name, ["altered"] = true });
        }
        else
        {
            session.Output.WriteLine($"altered {name}");
        }

        return 0;
    }

    private Dictionary<string, string?> ReadConfigs(ParseResult parsed)
    {
        var changes = NamedValue.ParseAll(_configs.Name, parsed.GetValue(_configs) ?? [])
            .ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value);
        foreach (var name in parsed.GetValue(_deletedConfigs) ?? [])
        {
            if (!changes.TryAdd(name, null) && changes[name] is not null)
            {
                throw new StartupException($"{name} is both in --config and in --delete-config", 2);
            }
        }

        return changes;
    }

    private static void ThrowIfRefused(string name, string what, ErrorCode error, string? message)
    {
        if (error != ErrorCode.None)
        {
            throw new StartupException(
                TerminalText.Clean($"topic '{name}': {what}: {Words.Reason(error, message)}"));
        }
    }
}
