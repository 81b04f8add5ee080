using System.Collections;
using YamlDotNet.Serialization;

namespace LogFlow.Hosting;

/// <summary>Writes a configuration as it is in force, defaults included, secrets masked.</summary>
public static class ConfigExporter
{
    private const string Mask = "********";

    /// <summary>The configuration as YAML with nested keys.</summary>
    public static string ToYaml(object config) =>
        new SerializerBuilder().DisableAliases().Build().Serialize(Section(config));

    private static Dictionary<string, object?> Section(object config)
    {
        var root = new Dictionary<string, object?>();
        foreach (var property in ConfigProperty.Of(config.GetType()))
        {
            if (property.Property.GetValue(config) is not { } value)
            {
                continue;
            }

            var parts = property.Key.Split('.');
            var section = root;
            foreach (var part in parts[..^1])
            {
                // A name that is a value and a section at once stays dotted.
                if (section.TryGetValue(part, out var existing) && existing is not Dictionary<string, object?>)
                {
                    section = root;
                    parts = [property.Key];
                    break;
                }

                section = (Dictionary<string, object?>)(section[part] = existing ?? new Dictionary<string, object?>())!;
            }

            section[parts[^1]] = property.Attribute.IsSecret ? Mask : Plain(value);
        }

        return root;
    }

    private static object? Plain(object? value) => value switch
    {
        null => null,
        string text => text,
        Dictionary<string, object?> tree => tree.ToDictionary(pair => pair.Key, pair => Plain(pair.Value)),
        IDictionary dictionary => dictionary,
        IList list => list.Cast<object?>().Select(Plain).ToList(),
        _ when ConfigProperty.IsSection(value.GetType()) => Section(value),
        bool or int or long or double => value,
        _ => ScalarParser.Format(value),
    };
}
