using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary><c>logflow topics delete</c>: topics with all their records.</summary>
internal static class TopicsDeleteCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var names = TopicsCommand.ExistingNames(options, ArgumentArity.OneOrMore, "Topics to delete");
        var command = new Command("delete", "Delete topics with all their records") { names };
        command.SetAction((parsed, cancellationToken) => ToolSession.AnswerAsync(
            parsed,
            options,
            (session, stop) => Deletion.RunAsync(
                session, "topic", parsed.GetValue(names)!, name => session.Admin.DeleteTopicAsync(name, stop)),
            cancellationToken));
        return command;
    }
}
