using LogFlow.Appliance;
using LogFlow.Hosting;

return await CommandRunner.RunAsync(ApplianceCommandLine.Build(new ToolOptions()), args);
