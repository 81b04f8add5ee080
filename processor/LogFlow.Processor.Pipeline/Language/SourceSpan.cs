namespace LogFlow.Processor.Pipeline;

/// <summary>A stretch of a pipeline text.</summary>
/// <param name="Source">The text.</param>
/// <param name="Start">The first character's index.</param>
/// <param name="Length">The number of characters.</param>
public readonly record struct SourceSpan(PipelineSource Source, int Start, int Length)
{
    /// <summary>The line, from 1.</summary>
    public int Line => Source.Locate(Start).Line;

    /// <summary>The column, from 1.</summary>
    public int Column => Source.Locate(Start).Column;

    /// <summary>The text itself.</summary>
    public string Text => Source.Text.Substring(Start, Length);

    /// <inheritdoc/>
    public override string ToString() => $"{Source.Name}:{Line}:{Column}";
}
