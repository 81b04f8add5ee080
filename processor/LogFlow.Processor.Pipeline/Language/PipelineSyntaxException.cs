namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A pipeline cannot be loaded. Holds all mistakes that were found: one where the grammar is violated (nothing behind
/// it can be understood), else every unknown plugin or option, wrong value, bad pattern and so on.
/// </summary>
public sealed class PipelineSyntaxException : Exception
{
    /// <summary>Creates the exception.</summary>
    public PipelineSyntaxException(IReadOnlyList<PipelineDiagnostic> diagnostics)
        : base(string.Join("\n\n", diagnostics)) => Diagnostics = diagnostics;

    /// <summary>The mistakes, in the order of the text.</summary>
    public IReadOnlyList<PipelineDiagnostic> Diagnostics { get; }
}
