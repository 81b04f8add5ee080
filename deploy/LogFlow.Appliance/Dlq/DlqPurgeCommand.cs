using System.CommandLine;
using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary><c>logflow dlq purge</c>: takes letters away, for good.</summary>
internal static class DlqPurgeCommand
{
    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var filter = new DlqFilter();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would go, and do nothing" };
        var all = new Option<bool>("--all") { Description = "Needed where no option says which letters" };
        var command = new Command("purge", "Take letters away, for good") { dryRun, all };
        filter.AddTo(command);
        command.SetAction((parsed, cancellationToken) => ToolSession.StreamAsync(
            parsed,
            options,
            (session, stop) => filter.IsEverything(parsed) && !parsed.GetValue(all) && !parsed.GetValue(dryRun)
                ? throw new LogFlow.Hosting.StartupException(
                    "purge takes options that say which letters, or --all", 2)
                : RunAsync(session, filter.Topic(parsed), filter.Read(parsed), parsed.GetValue(dryRun), stop),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolSession session, string? name, Func<StoredDeadLetter, bool> matches, bool isDryRun,
        CancellationToken cancellationToken)
    {
        var outcome = await DlqPurger.RunAsync(session, name, matches, isDryRun, cancellationToken);
        session.Output.WriteLine(isDryRun
            ? $"{Words.Count(outcome.Done, "letter")} would go, {outcome.Left} stay"
            : $"{Words.Count(outcome.Done, "letter")} gone, {outcome.Left} kept");
        return 0;
    }
}
