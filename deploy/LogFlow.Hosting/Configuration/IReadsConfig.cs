namespace LogFlow.Hosting;

/// <summary>
/// A property's type that reads its part of the configuration itself, because no fixed keys describe it.
/// </summary>
public interface IReadsConfig
{
    /// <summary>Reads what was written, and reports what is wrong with it.</summary>
    void Read(ConfigNode node, string path, ConfigReport report);

    /// <summary>What was read, as <c>export config</c> prints it.</summary>
    object? Export();
}
