using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary><c>logflow store users delete</c>.</summary>
internal static class StoreUsersDeleteCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions tools, ServerOptions server)
    {
        var names = new Argument<string[]>("USER")
        {
            Description = "Users to delete",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("delete", "Delete users; API keys that they have made stay") { names };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = await StoreUsersCommand.OpenAsync(parsed, tools, server, cancellationToken);
            var failed = 0;
            foreach (var name in parsed.GetValue(names)!)
            {
                try
                {
                    await client.SendAsync(
                        HttpMethod.Delete, StoreUsersCommand.PathOf(name), "", null, cancellationToken);
                    parsed.InvocationConfiguration.Output.WriteLine($"user {name} was deleted");
                }
                catch (StartupException error) when (error.Message.Contains("(404)", StringComparison.Ordinal))
                {
                    parsed.InvocationConfiguration.Error.WriteLine($"there is no user '{name}'");
                    failed = 1;
                }
            }

            return failed;
        });
        return command;
    }
}
