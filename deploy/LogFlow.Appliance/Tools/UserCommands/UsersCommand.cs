using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary><c>logflow users</c>: who may log in to the queue, or to any Kafka, by SCRAM.</summary>
internal static class UsersCommand
{
    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions options)
    {
        var command = new Command("users", "List, create and delete users of the queue or of any Kafka (SCRAM)")
        {
            UsersListCommand.Create(options),
            UsersCreateCommand.Create(options),
            UsersDeleteCommand.Create(options),
        };
        options.AddWithJsonTo(command);
        return command;
    }
}
