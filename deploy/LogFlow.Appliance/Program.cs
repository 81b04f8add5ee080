using System.CommandLine;
using LogFlow.Appliance.Search;
using LogFlow.Appliance.Up;
using LogFlow.Hosting;

var options = new ConfigOptions();
var version = new Command("version", "Print the version");
version.SetAction(_ => Console.WriteLine($"logflow {ProductVersion.Text}"));
var up = UpCommand.Create(options);
up.Add(options.Files);
up.Add(options.Overrides);
var root = new RootCommand("LogFlow: log files to a search, in one process; and the tools around it")
{
    up, SearchCommand.Create(), version,
};
return await CommandRunner.RunAsync(root, args);
