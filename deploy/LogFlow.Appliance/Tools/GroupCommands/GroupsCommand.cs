using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary><c>logflow groups</c>: what kafka-consumer-groups does.</summary>
internal static class GroupsCommand
{
    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions options)
    {
        var command = new Command("groups", "List, describe, reset and delete groups of the queue or of any Kafka")
        {
            GroupsListCommand.Create(options),
            GroupsDescribeCommand.Create(options),
            GroupsResetOffsetsCommand.Create(options),
            GroupsDeleteCommand.Create(options),
        };
        options.AddWithJsonTo(command);
        return command;
    }

    /// <summary>The argument that names existing groups.</summary>
    public static Argument<string[]> ExistingNames(ToolOptions options, string description)
    {
        var names = new Argument<string[]>("GROUP") { Description = description, Arity = ArgumentArity.OneOrMore };
        names.CompletionSources.Add(context => BrokerNames.Groups(context, options));
        return names;
    }
}
