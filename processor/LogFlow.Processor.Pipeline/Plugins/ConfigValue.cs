namespace LogFlow.Processor.Pipeline;

/// <summary>
/// An option's value with its place in the text; escapes and environment variables are replaced. Exactly one of
/// <see cref="Text"/>, <see cref="Items"/>, <see cref="Entries"/> and <see cref="Plugin"/> is set.
/// </summary>
public sealed class ConfigValue
{
    private ConfigValue(SourceSpan span) => Span = span;

    /// <summary>Where the value stands.</summary>
    public SourceSpan Span { get; }

    /// <summary>The text of a string, bareword or number.</summary>
    public string? Text { get; private init; }

    /// <summary>Whether the text was written as a number.</summary>
    public bool IsNumber { get; private init; }

    /// <summary>The values of an array.</summary>
    public IReadOnlyList<ConfigValue>? Items { get; private init; }

    /// <summary>The entries of a hash, in order.</summary>
    public IReadOnlyList<HashEntry>? Entries { get; private init; }

    /// <summary>A plugin as a value.</summary>
    public PluginNode? Plugin { get; private init; }

    /// <summary>What kind of value this is, for messages.</summary>
    public string KindName => Text is not null ? (IsNumber ? "a number" : "a text")
        : Items is not null ? "a list"
        : Entries is not null ? "a hash"
        : "a plugin";

    /// <summary>A string or bareword.</summary>
    public static ConfigValue OfText(SourceSpan span, string text) => new(span) { Text = text };

    /// <summary>A number.</summary>
    public static ConfigValue OfNumber(SourceSpan span, string text) => new(span) { Text = text, IsNumber = true };

    /// <summary>An array.</summary>
    public static ConfigValue OfList(SourceSpan span, IReadOnlyList<ConfigValue> items) => new(span) { Items = items };

    /// <summary>A hash.</summary>
    public static ConfigValue OfHash(SourceSpan span, IReadOnlyList<HashEntry> entries) =>
        new(span) { Entries = entries };

    /// <summary>A plugin.</summary>
    public static ConfigValue OfPlugin(SourceSpan span, PluginNode plugin) => new(span) { Plugin = plugin };
}
