namespace LogFlow.Processor.Pipeline;

/// <summary>
/// The plugins a pipeline may use. Filters and codecs are here from the start; the processor adds its inputs and
/// outputs.
/// </summary>
public sealed class PluginRegistry
{
    private readonly Dictionary<(PluginKind Kind, string Name), PluginSpec> _plugins = [];

    /// <summary>
    /// A registry with all built-in filters and codecs, and Logstash's other plugins as known but missing.
    /// </summary>
    public static PluginRegistry CreateDefault()
    {
        var registry = new PluginRegistry();
        foreach (var plugin in BuiltInPlugins.All)
        {
            registry.Add(plugin);
        }
        return registry;
    }

    /// <summary>Adds a plugin, or replaces the one of that kind and name.</summary>
    public PluginRegistry Add(PluginSpec plugin)
    {
        _plugins[(plugin.Kind, plugin.Name)] = plugin;
        return this;
    }

    /// <summary>The plugin of a kind and name; null when unknown.</summary>
    public PluginSpec? Find(PluginKind kind, string name) => _plugins.GetValueOrDefault((kind, name));

    /// <summary>The names of the plugins of a kind that can be used.</summary>
    public IReadOnlyCollection<string> Names(PluginKind kind) =>
        [.. _plugins.Values.Where(p => p.Kind == kind && p.Unsupported is null).Select(p => p.Name)];
}
