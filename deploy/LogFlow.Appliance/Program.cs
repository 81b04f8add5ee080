using LogFlow.Appliance;
using LogFlow.Appliance.Tools;
using LogFlow.Hosting;

return await CommandRunner.RunAsync(ApplianceCommandLine.Build(new ToolOptions()), args);
