namespace LogFlow.Processor.Pipeline;

/// <summary>A text is not a field reference.</summary>
public sealed class FieldReferenceException(string text, string problem)
    : Exception($"'{text}' is not a field reference: {problem}.");
