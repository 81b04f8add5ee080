using YamlDotNet.Serialization;

namespace LogFlow.Hosting;

/// <summary>Lists a configuration key by key, with where each value came from.</summary>
public static class ConfigListing
{
    private const string OverrideSource = "-E ";

    /// <summary>The keys that have a value, in the order in which the classes name them.</summary>
    /// <param name="written">What files and overrides said.</param>
    /// <param name="configs">What was made of it; their keys stand side by side.</param>
    public static IReadOnlyList<ListedKey> Of(ConfigNode written, params ReadOnlySpan<object> configs)
    {
        var entries = new List<ListedKey>();
        var yaml = new SerializerBuilder().DisableAliases().Build();
        foreach (var config in configs)
        {
            Add(entries, yaml, config, written, "");
        }

        return entries;
    }

    private static void Add(
        List<ListedKey> entries, ISerializer yaml, object config, ConfigNode? written, string prefix)
    {
        foreach (var property in ConfigProperty.Of(config.GetType()))
        {
            if (property.Attribute.IsInternal || property.Property.GetValue(config) is not { } value)
            {
                continue;
            }

            var key = prefix + property.Key;
            var node = property.Attribute.Aliases.Prepend(property.Key)
                .Select(name => written?.Find(name)).FirstOrDefault(static found => found is { IsEmpty: false });
            if (ConfigProperty.IsSection(value.GetType()) && value is not IReadsConfig)
            {
                Add(entries, yaml, value, node, key + ".");
                continue;
            }

            var shown = property.Attribute.IsSecret ? SecretText.Mask : ConfigExporter.Plain(value);
            entries.Add(new ListedKey(
                key,
                shown as string ?? yaml.Serialize(shown!).TrimEnd(),
                node is null ? "default" : Describe(node),
                node is null));
        }
    }

    /// <summary>An override's own text may be a secret: that it was one has to do.</summary>
    private static string Describe(ConfigNode node)
    {
        var place = First(node).Location;
        var source = place.Source.StartsWith(OverrideSource, StringComparison.Ordinal)
            ? "command line (-E)"
            : place.ToString();
        return node.IsExpanded ? $"{source}, from a variable" : source;
    }

    /// <summary>A section of free keys stands where its first key does.</summary>
    private static ConfigNode First(ConfigNode node) =>
        node.Location.Line == 0 && !node.HasValue && node.Children.Count > 0
            ? First(node.Children.Values.First())
            : node;
}
