using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow dlq replay</c>: puts records back into their topics, with their identity, so that what an output has of
/// them already is recognised. The letters stay: <c>dlq purge</c> takes them away.
/// </summary>
internal static class DlqReplayCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var filter = new DlqFilter();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be put back, and do nothing" };
        var letters = new Option<string?>("--letters")
        {
            Description = "The processor's folder dead_letters, for letters that hold the beginning of a record only "
                + "(default: that of the 'logflow up' on the data folder)",
            HelpName = "DIR",
        };
        var command = new Command("replay", "Put records back into their topics, as the records they were")
        {
            dryRun, letters,
        };
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ToolSession.StreamAsync(
            parsed,
            options,
            (session, stop) => new DlqReplayer(
                session,
                parsed.GetValue(letters)
                    ?? Path.Combine(options.DataFolder(parsed), "processor", "dead_letters"),
                parsed.GetValue(dryRun)).RunAsync(filter.Topic(parsed), filter.Read(parsed), stop),
            cancellationToken));
        return command;
    }
}
