using Microsoft.Extensions.Configuration;

namespace LogFlow.Hosting;

/// <summary>Our configuration files and overrides as a source of .NET's configuration.</summary>
/// <param name="document">What was read, with the place of every key.</param>
internal sealed class YamlConfigurationSource(ConfigDocument document) : IConfigurationSource
{
    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new YamlConfigurationProvider(document);
}
