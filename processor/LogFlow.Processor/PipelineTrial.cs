using System.Text;
using LogFlow.Hosting;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// Tries a line with the filters that run, or with a text that somebody edits. Each try compiles a copy for itself:
/// nothing of the running pipeline is touched, not its counters, not what its filters remember, and no output gets
/// anything. No filter of ours does more than read files that it names.
/// </summary>
public sealed class PipelineTrial
{
    /// <summary>Characters of an input: what is longer is no line that somebody reads.</summary>
    public const int InputLengthMax = 64 * 1024;

    /// <summary>Characters of an edited text, beyond those of the running one.</summary>
    public const int TextLengthMax = 64 * 1024;

    private const string SourceName = "pipeline";

    private readonly PipelineLoader _loader;
    private readonly CompiledPipeline _running;
    private readonly string _text;

    internal PipelineTrial(PipelineLoader loader, CompiledPipeline running)
    {
        _loader = loader;
        _running = running;
        _text = FilterText.Of(running, mask: null);
        Text = SecretText.Hide(FilterText.Of(running, SecretText.Mask));
    }

    /// <summary>The filters that run, with their secrets masked.</summary>
    public string Text { get; }

    /// <summary>Takes an input through the filters.</summary>
    /// <param name="input">A JSON object, or else a line, which becomes <c>message</c>.</param>
    /// <param name="text">The filters; null or <see cref="Text"/>: those that run.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="PipelineSyntaxException">The text has mistakes; all that were found.</exception>
    /// <exception cref="FormatException">Input or text is too long; the message says the limit.</exception>
    public PipelineTrace Run(string input, string? text, CancellationToken cancellationToken)
    {
        var isEdited = text is not null && text != Text;
        ThrowIfTooLong("the input", input, InputLengthMax);
        ThrowIfTooLong("the text", text ?? string.Empty, Text.Length + TextLengthMax);
        var source = new PipelineSource(SourceName, isEdited ? text! : _text);
        FilterText.Check(source);
        var pipeline = _loader.CompileTrial(source, _running, isEdited);
        var batch = new PipelineBatch();
        batch.Events.Add(Read(input, EventTimestamp.FromMilliseconds(pipeline.Options.Time.GetUtcNow())));
        return new PipelineTracer(pipeline, new TraceLimits()).Run(batch, cancellationToken);
    }

    private static Event Read(string input, EventTimestamp now)
    {
        if (Event.TryFromJson(Encoding.UTF8.GetBytes(input), now, out var document, out _))
        {
            return document;
        }

        var line = new Event(now);
        line.Set(FieldReference.Message, EventValue.Of(input));
        return line;
    }

    private static void ThrowIfTooLong(string what, string text, int lengthMax)
    {
        if (text.Length > lengthMax)
        {
            throw new FormatException($"{what} has {text.Length:N0} characters; a try takes {lengthMax:N0} at most");
        }
    }
}
