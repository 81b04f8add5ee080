using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>The parts of a process as its console shows them; the console itself knows no part.</summary>
public interface IPipelineSource
{
    /// <summary>Where the lines are now: what <c>/status</c> says, and the parts in detail.</summary>
    JsonObject Describe();
}
