namespace LogFlow.Processor.Pipeline;

/// <summary>One entry of a hash.</summary>
/// <param name="Key">The key; its <see cref="ConfigValue.Text"/> is set.</param>
/// <param name="Value">The value.</param>
public sealed record HashEntry(ConfigValue Key, ConfigValue Value)
{
    /// <summary>The key's text.</summary>
    public string Name => Key.Text!;
}
