namespace LogFlow.Hosting;

/// <summary>One key of a configuration as it is in force.</summary>
/// <param name="Key">With dots.</param>
/// <param name="Value">As YAML; secrets are masked.</param>
/// <param name="Origin">Where it was written: file, line and column, the command line, or <c>default</c>.</param>
/// <param name="IsDefault">Whether nobody wrote it.</param>
public sealed record ListedKey(string Key, string Value, string Origin, bool IsDefault);
