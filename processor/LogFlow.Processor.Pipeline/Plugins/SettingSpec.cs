namespace LogFlow.Processor.Pipeline;

/// <summary>One option of a plugin: its row in the plugin's table.</summary>
/// <param name="Name">The name, as in Logstash.</param>
/// <param name="Type">What it takes.</param>
public sealed record SettingSpec(string Name, SettingType Type)
{
    /// <summary>Whether the plugin cannot do without.</summary>
    public bool Required { get; init; }

    /// <summary>The value when the option is absent: string, bool, double, long, string[] or null.</summary>
    public object? Default { get; init; }

    /// <summary>The only values that are accepted; null: any.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>Whether its texts are files or folders that are read.</summary>
    public bool NamesFiles { get; init; } = Type == SettingType.Path;

    /// <summary>Why the option is not supported here, as a sentence; null: it is.</summary>
    public string? Unsupported { get; init; }
}
