using Microsoft.Extensions.Configuration;

namespace LogFlow.Hosting;

/// <summary>
/// Gives .NET's own libraries what our configuration says, under their kind of keys (<c>output:kafka:hosts:0</c>). Our
/// classes are bound from the document itself, which knows the place of each key for the errors that name it.
/// </summary>
internal sealed class YamlConfigurationProvider(ConfigDocument document) : ConfigurationProvider
{
    /// <inheritdoc/>
    public override void Load() => Data = document.Flatten(ConfigurationPath.KeyDelimiter);
}
