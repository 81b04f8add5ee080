using System.Text.Json;
using LogFlow.Hosting;

namespace LogFlow.Agent.Tests;

/// <summary>Conditions as a configuration file would give them.</summary>
internal static class Conditions
{
    public static EventCondition Of(string name, string field, string value) =>
        Of(new() { [name] = new Dictionary<string, object?> { [field] = value } });

    /// <exception cref="FormatException">It is none; with the first error.</exception>
    public static EventCondition Of(Dictionary<string, object?> tree)
    {
        var document = ConfigDocument.Parse(JsonSerializer.Serialize(tree));
        var condition = new EventCondition();
        condition.Read(document.Root, "when", document.Report);
        return document.Report.Errors is [var error, ..] ? throw new FormatException(error.Message) : condition;
    }
}
