using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary><c>logflow dlq</c>: what could not be processed, and putting it back.</summary>
internal static class DlqCommand
{
    /// <summary>The command for the root.</summary>
    public static Command Create(ToolOptions options)
    {
        var command = new Command("dlq", "List, show, replay and purge dead letters: what could not be processed")
        {
            DlqListCommand.Create(options),
            DlqShowCommand.Create(options),
            DlqReplayCommand.Create(options),
            DlqPurgeCommand.Create(options),
        };
        options.AddWithJsonTo(command);
        return command;
    }
}
