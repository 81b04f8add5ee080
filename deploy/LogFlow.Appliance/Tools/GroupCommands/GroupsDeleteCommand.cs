using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary><c>logflow groups delete</c>: groups without members, with their committed offsets.</summary>
internal static class GroupsDeleteCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var names = GroupsCommand.ExistingNames(options, "Groups to delete");
        var command = new Command("delete", "Delete groups without members, with their committed offsets") { names };
        command.SetAction((parsed, cancellationToken) => ToolSession.AnswerAsync(
            parsed,
            options,
            (session, stop) => Deletion.RunAsync(
                session, "group", parsed.GetValue(names)!, name => session.Admin.DeleteGroupAsync(name, stop)),
            cancellationToken));
        return command;
    }
}
