namespace LogFlow.Appliance.Tests;

/// <summary>What a command did.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Notes);
