namespace LogFlow.Hosting;

/// <summary>What is wrong with a configuration, and what is worth a warning, while it is read.</summary>
public sealed class ConfigReport
{
    /// <summary>What keeps it from being used.</summary>
    public List<ConfigError> Errors { get; } = [];

    /// <summary>What is taken and does not do here what it did there.</summary>
    public List<ConfigError> Warnings { get; } = [];

    /// <summary>What was passed over, one sentence each.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>What secret keys hold, which no message may show.</summary>
    internal List<string> Secrets { get; } = [];

    /// <summary>Something is wrong at a place.</summary>
    public void Error(ConfigNode node, string message) => Errors.Add(new ConfigError(node.Location, message));

    /// <summary>Something at a place does nothing, or something else, here.</summary>
    public void Warn(ConfigNode node, string message) => Warnings.Add(new ConfigError(node.Location, message));

    /// <summary>Prints what is worth knowing of a configuration that can be used.</summary>
    public void Print(TextWriter output, TextWriter warnings)
    {
        foreach (var warning in Warnings)
        {
            warnings.WriteLine($"warning: {warning}");
        }

        foreach (var note in Notes)
        {
            output.WriteLine(note);
        }
    }

    /// <summary>Fills an object that has <see cref="ConfigKeyAttribute"/>s from a section.</summary>
    public void Bind(ConfigNode node, object target, string path) => new ConfigBinder(this).BindAt(node, target, path);
}
