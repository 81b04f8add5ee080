using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary><c>logflow topics</c>: what kafka-topics and kafka-configs do for topics.</summary>
internal static class TopicsCommand
{
    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions options)
    {
        var command = new Command("topics", "List, describe, create, alter, delete topics of the queue or of any Kafka")
        {
            TopicsListCommand.Create(options),
            TopicsDescribeCommand.Create(options),
            TopicsCreateCommand.Create(options),
            TopicsAlterCommand.Create(options),
            TopicsDeleteCommand.Create(options),
        };
        options.AddWithJsonTo(command);
        return command;
    }

    /// <summary>The argument that names existing topics.</summary>
    public static Argument<string[]> ExistingNames(ToolOptions options, ArgumentArity arity, string description)
    {
        var names = new Argument<string[]>("NAME") { Description = description, Arity = arity };
        names.CompletionSources.Add(context => BrokerNames.Topics(context, options));
        return names;
    }
}
