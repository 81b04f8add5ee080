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
            async (session, stop) =>
            {
                var isDryRun = parsed.GetValue(dryRun);
                var folder = parsed.GetValue(letters) ?? FolderIn(options.DataFolder(parsed));
                var outcome = await new DlqReplayer(session, folder, isDryRun)
                    .RunAsync(filter.Topic(parsed), filter.Read(parsed), stop);
                session.Output.WriteLine(isDryRun
                    ? $"{Words.Count(outcome.Done, "record")} would be put back, {outcome.Left} not"
                    : $"{Words.Count(outcome.Done, "record")} put back, {outcome.Left} not");
                return outcome.Left > 0 ? 1 : 0;
            },
            cancellationToken));
        return command;
    }

    /// <summary>Where the processor of an <c>up</c> keeps what its letters hold the beginning of.</summary>
    public static string FolderIn(string dataFolder) => Path.Combine(dataFolder, "processor", "dead_letters");
}
