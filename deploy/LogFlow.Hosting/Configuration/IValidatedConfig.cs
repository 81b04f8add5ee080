namespace LogFlow.Hosting;

/// <summary>
/// A configuration that checks what its keys' types cannot: ranges, and keys that depend on each other.
/// </summary>
public interface IValidatedConfig
{
    /// <summary>All problems at once; empty where there is none.</summary>
    IReadOnlyList<ConfigProblem> Validate();
}
