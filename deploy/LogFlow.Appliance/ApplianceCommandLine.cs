using System.CommandLine;
using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>The commands of <c>logflow</c>.</summary>
internal static class ApplianceCommandLine
{
    /// <summary>Builds them anew.</summary>
    public static RootCommand Build(ToolOptions tools)
    {
        var config = new ConfigOptions();
        var up = UpCommand.Create(config);
        up.Add(config.Files);
        up.Add(config.Overrides);
        var version = new Command("version", "Print the version");
        version.SetAction(_ => Console.WriteLine($"logflow {ProductVersion.WithCommit}"));
        var test = new Command("test", "Check the configuration of 'up'") { UpConfigCommands.Test(config) };
        var export = new Command("export", "Print what is in force") { UpConfigCommands.Export(config) };
        var root = new RootCommand("LogFlow: log files to a search, in one process; and the tools around it")
        {
            up,
            SearchCommand.Create(tools),
            TailCommand.Create(tools),
            ConsoleCommand.Create(tools),
            AlertsCommand.Create(config),
            TopicsCommand.Create(tools),
            GroupsCommand.Create(tools),
            UsersCommand.Create(tools),
            ProduceCommand.Create(tools),
            ConsumeCommand.Create(tools),
            DlqCommand.Create(tools),
            CertsCommand.Create(TimeProvider.System),
            UpSetupCommand.Create(config),
            test,
            export,
            DumpCommand.Create(),
            StoreCommand.Create(tools),
            UpKeystore.Create(config),
            version,
        };
        root.Add(CompletionCommand.Create());
        root.Add(CompleteCommand.Create(root));
        root.Add(ManPage.CreateCommand(root, "logflow"));
        return root;
    }
}
