using System.CommandLine;
using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary><c>logflow users list</c>: each user and how it can log in.</summary>
internal static class UsersListCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var command = new Command("list", "All users, and how each can log in");
        command.SetAction((parsed, cancellationToken) =>
            ToolSession.AnswerAsync(parsed, options, RunAsync, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolSession session, CancellationToken cancellationToken)
    {
        var users = await session.Admin.ListUsersAsync(cancellationToken);
        var table = new TextTable("USER", "MECHANISM", "ITERATIONS");
        foreach (var user in users)
        {
            if (session.IsJson)
            {
                JsonLine.Write(session.Output, new JsonObject
                {
                    ["user"] = user.User,
                    ["mechanism"] = user.Mechanism,
                    ["iterations"] = user.Iterations,
                });
            }

            table.Add(user.User, user.Mechanism, Words.Number(user.Iterations));
        }

        if (users.Count == 0)
        {
            session.Note("there is no user");
        }
        else if (!session.IsJson)
        {
            table.Write(session.Output);
        }

        return 0;
    }
}
