namespace LogFlow.Queue;

/// <summary>The value of a key, and the values that it hides, the effective one first.</summary>
internal sealed record ConfigEntry(
    ConfigDefinition Definition,
    string? Value,
    ConfigSource Source,
    bool IsReadOnly,
    IReadOnlyList<(string Name, string Value, ConfigSource Source)> Synonyms);
