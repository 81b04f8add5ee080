namespace LogFlow.Appliance.Tests.Tools;

/// <summary>What a command did.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Notes);
