using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>One mistake in a pipeline: where, what, and what to do about it.</summary>
/// <param name="Span">The place.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do; null when the message says it.</param>
public sealed record PipelineDiagnostic(SourceSpan Span, string Message, string? Remedy = null)
{
    private const int LineWidthMax = 160;

    /// <summary>Whether it is no mistake of the text: Logstash has what it names, LogFlow has not.</summary>
    public bool IsUnsupported { get; init; }

    /// <summary>The message as a terminal shows it: place, text, the line with a caret below it, remedy.</summary>
    public override string ToString()
    {
        var (line, column) = Span.Source.Locate(Span.Start);
        var text = Span.Source.LineText(line);
        var caretAt = column - 1;
        if (text.Length > LineWidthMax)
        {
            // A long line is cut around the caret.
            var from = Math.Clamp(caretAt - (LineWidthMax / 2), 0, text.Length - LineWidthMax);
            text = text.Substring(from, LineWidthMax);
            caretAt -= from;
        }
        var builder = new StringBuilder();
        builder.Append($"{Span.Source.Name}:{line}:{column}: {Message}\n");
        var gutter = line.ToString(System.Globalization.CultureInfo.InvariantCulture);
        builder.Append($"  {gutter} | {text.Replace('\t', ' ')}\n");
        var width = Math.Clamp(Span.Length, 1, Math.Max(1, text.Length - caretAt));
        builder.Append($"  {new string(' ', gutter.Length)} | {new string(' ', caretAt)}{new string('^', width)}");
        if (Remedy is not null)
        {
            builder.Append($"\n  {new string(' ', gutter.Length)} = {Remedy}");
        }
        return builder.ToString();
    }
}
