using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary><c>logflow store users list</c>: each user with its roles.</summary>
internal static class StoreUsersListCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions tools, ServerOptions server)
    {
        var command = new Command("list", "All users with their roles");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = await StoreUsersCommand.OpenAsync(parsed, tools, server, cancellationToken);
            var users = await client.SendAsync(HttpMethod.Get, "/_security/user", "", null, cancellationToken);
            if (users.Count == 0)
            {
                parsed.InvocationConfiguration.Error.WriteLine("there is no user");
                return 0;
            }

            var table = new TextTable("USER", "ROLES", "ENABLED");
            foreach (var (name, user) in users)
            {
                table.Add(
                    name,
                    string.Join(' ', user!["roles"]!.AsArray()),
                    user["enabled"]!.GetValue<bool>() ? "yes" : "no");
            }

            table.Write(parsed.InvocationConfiguration.Output);
            return 0;
        });
        return command;
    }
}
