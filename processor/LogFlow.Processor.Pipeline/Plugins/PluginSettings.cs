using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>A plugin's options, of the types its table says; what is absent has its default.</summary>
public sealed class PluginSettings
{
    private readonly PluginSpec _spec;
    private readonly SourceSpan _pluginSpan;
    private readonly Dictionary<string, ConfigValue> _values;

    internal PluginSettings(PluginSpec spec, SourceSpan pluginSpan, Dictionary<string, ConfigValue> values)
    {
        _spec = spec;
        _pluginSpan = pluginSpan;
        _values = values;
    }

    /// <summary>The names of the options that are set.</summary>
    public IReadOnlyCollection<string> Names => _values.Keys;

    /// <summary>Whether an option is set in the text.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>An option's value as written; null when absent.</summary>
    public ConfigValue? Value(string name) => _values.GetValueOrDefault(name);

    /// <summary>Where an option's value stands; the plugin's name when absent.</summary>
    public SourceSpan SpanOf(string name) => _values.TryGetValue(name, out var value) ? value.Span : _pluginSpan;

    /// <summary>A text; null when absent without a default.</summary>
    public string? String(string name) =>
        _values.TryGetValue(name, out var value) ? value.Text : DefaultOf(name)?.ToString();

    /// <summary>A number; 0 when absent without a default.</summary>
    public double Number(string name) => _values.TryGetValue(name, out var value)
        ? double.Parse(value.Text!, CultureInfo.InvariantCulture)
        : Convert.ToDouble(DefaultOf(name) ?? 0, CultureInfo.InvariantCulture);

    /// <summary>A whole number; 0 when absent without a default.</summary>
    public long Integer(string name) => (long)Math.Clamp(Number(name), long.MinValue, 9.2e18);

    /// <summary>A boolean; false when absent without a default.</summary>
    public bool Boolean(string name) => _values.TryGetValue(name, out var value)
        ? value.Text == "true"
        : DefaultOf(name) is true;

    /// <summary>A size in bytes; 0 when absent without a default.</summary>
    public long Bytes(string name) => _values.TryGetValue(name, out var value)
        ? ByteText.TryParse(value.Text!, out var bytes) ? (long)bytes : 0
        : Convert.ToInt64(DefaultOf(name) ?? 0L, CultureInfo.InvariantCulture);

    /// <summary>The texts of a list; empty when absent without a default.</summary>
    public IReadOnlyList<string> List(string name) => _values.TryGetValue(name, out var value)
        ? [.. Items(value).Select(item => item.Text ?? string.Empty)]
        : DefaultOf(name) as IReadOnlyList<string> ?? [];

    /// <summary>The values of a list with their places; empty when absent.</summary>
    public IReadOnlyList<ConfigValue> ListValues(string name) =>
        _values.TryGetValue(name, out var value) ? Items(value) : [];

    /// <summary>The entries of a hash; empty when absent.</summary>
    public IReadOnlyList<HashEntry> Hash(string name) =>
        _values.TryGetValue(name, out var value) ? value.Entries! : [];

    /// <summary>The codec of an option; null when absent.</summary>
    public PluginNode? Codec(string name) => Value(name)?.Plugin;

    private static IReadOnlyList<ConfigValue> Items(ConfigValue value) => value.Items ?? [value];

    private object? DefaultOf(string name) => _spec.Settings.TryGetValue(name, out var spec)
        ? spec.Default
        : throw new ArgumentException($"The plugin {_spec.Name} declares no option '{name}'.");
}
