using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Appliance;

/// <summary>
/// A trace as the console's page reads it. What is long is cut, and what [@metadata] has of secrets is masked: no
/// document holds that.
/// </summary>
internal static class TraceJson
{
    private const int ValueLengthMax = 2000;

    /// <summary>Characters of a text before and behind the place where a pattern stopped.</summary>
    private const int ContextLength = 60;

    /// <summary>The events of a trace.</summary>
    public static JsonObject Of(PipelineTrace trace) => new()
    {
        ["events"] = List(trace.Events, Describe),
        ["cut"] = trace.CutBecause,
    };

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode> describe) =>
        new([.. items.Select(describe)]);

    private static JsonObject Describe(EventTrace item) => new()
    {
        ["madeBy"] = item.MadeBy,
        ["steps"] = List(item.Steps, Describe),
        ["result"] = JsonNode.Parse(item.Result),
        ["metadata"] = item.Metadata is null ? null : Masked(JsonNode.Parse(item.Metadata)),
        ["outputs"] = List(item.Outputs, static output => output),
        ["deadLetter"] = item.DeadLetter,
    };

    private static JsonObject Describe(TraceStep step) => new()
    {
        ["name"] = step.Name,
        ["line"] = step.Place.Line,
        ["column"] = step.Place.Column,
        ["outcome"] = Name(step.Outcome),
        ["condition"] = step.Name == "if" ? SecretText.Hide(step.Place.Text) : null,
        ["operands"] = List(step.Operands, static operand => Pair(operand.Name, Show(operand.Name, operand.Value))),
        ["changes"] = List(step.Changes, static change => Pair(
            change.Field, Show(change.Field, change.Before), Show(change.Field, change.After))),
        ["tags"] = List(step.TagsAdded, static tag => tag),
        ["untagged"] = List(step.TagsRemoved, static tag => tag),
        ["skipped"] = List(step.Skipped, static node => Pair(node.Name, node.Span.Line, node.Span.Column)),
        ["created"] = step.CreatedCount,
        ["reason"] = step.Reason is null ? null : Describe(step.Reason),
    };

    private static JsonArray Pair(params ReadOnlySpan<JsonNode?> values) => new([.. values]);

    private static string Name(TraceOutcome outcome) => outcome switch
    {
        TraceOutcome.DeadLettered => "dead letter",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    /// <summary>Of a pattern the text around the place: a page need not be sent all of it again.</summary>
    private static JsonObject Describe(FailureReason reason)
    {
        if (reason.Subject is not { } subject)
        {
            return new JsonObject { ["text"] = reason.Text };
        }

        var from = Math.Max(reason.Start, reason.End - ContextLength);
        return new JsonObject
        {
            ["text"] = SecretText.Hide(reason.Text),
            ["column"] = reason.End + 1,
            ["matched"] = subject[from..reason.End],
            ["isCut"] = from > reason.Start,
            ["rest"] = subject[reason.End..Math.Min(subject.Length, reason.End + ContextLength)],
            ["wanted"] = reason.Wanted,
        };
    }

    private static string? Show(string field, string? value) =>
        value is null ? null
        : field.StartsWith("[@metadata]", StringComparison.Ordinal) && SecretText.IsSecretName(field.TrimEnd(']'))
            ? SecretText.Mask
        : value.Length <= ValueLengthMax ? value
        : value[..ValueLengthMax] + "…";

    private static JsonNode? Masked(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (var (name, value) in map.ToArray())
            {
                if (SecretText.IsSecretName(name))
                {
                    map[name] = SecretText.Mask;
                }
                else
                {
                    Masked(value);
                }
            }
        }

        return node;
    }
}
