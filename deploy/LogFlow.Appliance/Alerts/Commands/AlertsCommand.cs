using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary><c>logflow alerts</c>: their states, and a try of one.</summary>
internal static class AlertsCommand
{
    /// <summary>The command for the root.</summary>
    public static Command Create(ConfigOptions options) =>
        new("alerts", "States of the alerts of 'up', and a try of one")
        {
            AlertsListCommand.Create(),
            AlertsTestCommand.Create(options),
        };
}
