namespace LogFlow.Hosting;

/// <summary>A configuration that cannot be used. Carries every problem found, not only the first.</summary>
public sealed class ConfigException(IReadOnlyList<ConfigError> errors)
    : Exception(string.Join('\n', errors))
{
    /// <summary>One problem alone.</summary>
    public ConfigException(ConfigLocation location, string message)
        : this([new ConfigError(location, message)])
    {
    }

    /// <summary>All problems, in the order of the file.</summary>
    public IReadOnlyList<ConfigError> Errors { get; } = errors;

    /// <summary>Throws for problems whose messages name their own places; does nothing where there are none.</summary>
    public static void ThrowIfAny(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new ConfigException([.. problems.Select(problem => new ConfigError(ConfigLocation.None, problem))]);
        }
    }
}
