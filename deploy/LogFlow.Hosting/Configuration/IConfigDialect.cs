namespace LogFlow.Hosting;

/// <summary>
/// What a service's configuration files may say beyond keys and values, as those of its original can.
/// </summary>
public interface IConfigDialect
{
    /// <summary>A variable without value is empty, with a warning, rather than an error.</summary>
    bool AllowsUnsetVariables { get; }

    /// <summary>The value of a variable that the environment does not have; null where there is none.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="written">All that was written, variables unexpanded.</param>
    /// <param name="files">The configuration files.</param>
    string? FindVariable(string name, ConfigNode written, IReadOnlyList<string> files);

    /// <summary>Turns what was written into what the service's classes know.</summary>
    void Prepare(ConfigDocument document);
}
