namespace LogFlow.Processor.Pipeline;

/// <summary>What a plugin is made from: its options, the pipeline's settings, and where to report mistakes.</summary>
public sealed class PluginContext
{
    private readonly List<PipelineDiagnostic> _diagnostics;

    internal PluginContext(PluginNode node, PipelineOptions options, List<PipelineDiagnostic> diagnostics)
    {
        Node = node;
        Options = options;
        _diagnostics = diagnostics;
    }

    /// <summary>The plugin as it stands in the text.</summary>
    public PluginNode Node { get; }

    /// <summary>The plugin's options.</summary>
    public PluginSettings Settings => Node.Settings;

    /// <summary>The pipeline's settings.</summary>
    public PipelineOptions Options { get; }

    /// <summary>
    /// Whether this plugin names fields by ECS: its own <c>ecs_compatibility</c>, else the pipeline's.
    /// </summary>
    public bool IsEcs => Settings.Has("ecs_compatibility")
        ? Settings.String("ecs_compatibility") != "disabled"
        : Options.IsEcs;

    /// <summary>Reports a mistake in an option.</summary>
    public void Error(string setting, string message, string? remedy = null) =>
        Error(Settings.SpanOf(setting), message, remedy);

    /// <summary>Reports a mistake at a place.</summary>
    public void Error(SourceSpan span, string message, string? remedy = null) =>
        _diagnostics.Add(new PipelineDiagnostic(span, message, remedy));

    /// <summary>A field reference from text; a mistake is reported and gives <c>[message]</c>.</summary>
    public FieldReference Field(ConfigValue value) => Field(value.Text ?? string.Empty, value.Span);

    /// <summary>A field reference from text; a mistake is reported and gives <c>[message]</c>.</summary>
    public FieldReference Field(string text, SourceSpan span)
    {
        if (FieldReference.TryParse(text, out var field, out var problem))
        {
            return field;
        }
        Error(span, $"'{text}' is not a field reference: {problem}");
        return FieldReference.Message;
    }

    /// <summary>The field an option names; null when the option is absent.</summary>
    public FieldReference? FieldOf(string setting) =>
        Settings.Value(setting) is { } value ? Field(value)
        : Settings.String(setting) is { } text ? FieldReference.Parse(text) : null;

    /// <summary>A text with <c>%{}</c> in it, from an option's value.</summary>
    public EventTemplate Template(ConfigValue value)
    {
        var text = value.Text ?? string.Empty;
        if (EventTemplate.TryParse(text, out var template, out var problem))
        {
            return template;
        }
        Error(value.Span, $"'{text}' cannot be filled in: {problem}");
        return EventTemplate.Literal(text);
    }
}
