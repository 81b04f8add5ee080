using System.Text.Json.Nodes;
using LogFlow.Processor;
using LogFlow.Processor.Pipeline;
using LogFlow.WebConsole;

namespace LogFlow.Appliance;

/// <summary>Tries lines with the filters of a running <c>logflow up</c>, for its console.</summary>
internal sealed class PipelineTrials(PipelineTrial trial) : IPipelineTrial
{
    /// <inheritdoc/>
    public JsonObject Describe() => new() { ["text"] = trial.Text };

    /// <inheritdoc/>
    public JsonObject Run(string input, string? text, CancellationToken cancellationToken)
    {
        try
        {
            return TraceJson.Of(trial.Run(input, text, cancellationToken));
        }
        catch (PipelineSyntaxException error)
        {
            return new JsonObject { ["errors"] = new JsonArray([.. error.Diagnostics.Select(Describe)]) };
        }
    }

    private static JsonNode Describe(PipelineDiagnostic mistake) => new JsonObject
    {
        ["line"] = mistake.Span.Line,
        ["column"] = mistake.Span.Column,
        ["length"] = mistake.Span.Length,
        ["message"] = mistake.Message,
        ["remedy"] = mistake.Remedy,
    };
}
