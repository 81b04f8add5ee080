using System.Text.Json.Nodes;

namespace LogFlow.WebConsole;

/// <summary>The parts of a process as its console shows them; the console itself knows no part.</summary>
public interface IPipelineSource
{
    /// <summary>Where the lines are now: what <c>/status</c> says.</summary>
    JsonObject Describe();

    /// <summary>
    /// The parts in detail, with <see cref="Describe"/> as <c>now</c>: files, topics, groups, statements, outputs, and
    /// the books (what came in against what became of it).
    /// </summary>
    JsonObject DescribeParts();
}
