using System.CommandLine;
using System.Text.Json.Nodes;

namespace LogFlow.Appliance;

/// <summary><c>logflow groups list</c>: name, type and state of each group.</summary>
internal static class GroupsListCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var command = new Command("list", "All groups");
        command.SetAction((parsed, cancellationToken) =>
            ToolSession.AnswerAsync(parsed, options, RunAsync, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolSession session, CancellationToken cancellationToken)
    {
        var groups = await session.Admin.ListGroupsAsync(cancellationToken);
        var table = new TextTable("GROUP", "TYPE", "PROTOCOL", "STATE");
        foreach (var group in groups.OrderBy(static group => group.GroupId, StringComparer.Ordinal))
        {
            if (session.IsJson)
            {
                JsonLine.Write(session.Output, new JsonObject
                {
                    ["group"] = group.GroupId,
                    ["type"] = group.Type,
                    ["protocol"] = group.ProtocolType,
                    ["state"] = group.State,
                });
            }

            table.Add(
                group.GroupId, group.Type, OrNothing(group.ProtocolType), OrNothing(group.State));
        }

        if (groups.Count == 0)
        {
            session.Note("there is no group");
        }
        else if (!session.IsJson)
        {
            table.Write(session.Output);
        }

        return 0;
    }

    private static string OrNothing(string text) => text.Length == 0 ? TextTable.Nothing : text;
}
