namespace LogFlow.Processor.Pipeline;

/// <summary>A plugin as it stands in a pipeline: checked against its table of options.</summary>
public sealed class PluginNode
{
    internal PluginNode(PluginSpec spec, string id, SourceSpan span, PluginSettings settings)
    {
        Spec = spec;
        Id = id;
        Span = span;
        Settings = settings;
    }

    /// <summary>What is known of the plugin.</summary>
    public PluginSpec Spec { get; }

    /// <summary>The plugin's name, such as <c>grok</c>.</summary>
    public string Name => Spec.Name;

    /// <summary>Its option <c>id</c>, else name and number, such as <c>grok_2</c>. Unique in the pipeline.</summary>
    public string Id { get; }

    /// <summary>Where its name stands.</summary>
    public SourceSpan Span { get; }

    /// <summary>Its options.</summary>
    public PluginSettings Settings { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Id} ({Span})";
}
