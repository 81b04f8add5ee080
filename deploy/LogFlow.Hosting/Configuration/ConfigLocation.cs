namespace LogFlow.Hosting;

/// <summary>Where a piece of configuration was written.</summary>
/// <param name="Source">A file's path, or "-E" with its text for an override on the command line.</param>
/// <param name="Line">One-based line; 0 where lines mean nothing.</param>
/// <param name="Column">One-based column.</param>
/// <param name="Text">The whole line, for the message; null where it is not known.</param>
public sealed record ConfigLocation(string Source, int Line, int Column, string? Text)
{
    /// <summary>A place that no file holds: a default, or a test's own object.</summary>
    public static ConfigLocation None { get; } = new("", 0, 0, null);

    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}:{Column}";
}
