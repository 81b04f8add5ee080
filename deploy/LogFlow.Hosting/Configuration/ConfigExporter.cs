using System.Collections;
using YamlDotNet.Serialization;

namespace LogFlow.Hosting;

/// <summary>Writes a configuration as it is in force, defaults included, secrets masked.</summary>
public static class ConfigExporter
{
    /// <summary>The configurations, whose keys stand side by side, as YAML with nested keys.</summary>
    public static string ToYaml(params ReadOnlySpan<object> configs)
    {
        var root = new Dictionary<string, object?>();
        foreach (var config in configs)
        {
            AddTo(root, config);
        }

        return new SerializerBuilder().DisableAliases().Build().Serialize(root);
    }

    private static Dictionary<string, object?> Section(object config)
    {
        var root = new Dictionary<string, object?>();
        AddTo(root, config);
        return root;
    }

    private static void AddTo(Dictionary<string, object?> root, object config)
    {
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

            section[parts[^1]] = property.Attribute.IsSecret ? SecretText.Mask : Plain(value);
        }
    }

    /// <summary>A value as YAML writes it, without secrets.</summary>
    internal static object? Plain(object? value) => value switch
    {
        null => null,
        string text => SecretText.Hide(text),
        Dictionary<string, string> fields => fields.ToDictionary(
            static field => field.Key,
            static field => SecretText.IsSecretName(field.Key) ? SecretText.Mask : SecretText.Hide(field.Value)),
        Dictionary<string, object?> tree => tree.ToDictionary(
            static field => field.Key,
            static field => SecretText.IsSecretName(field.Key) ? SecretText.Mask : Plain(field.Value)),
        IReadsConfig own => Plain(own.Export()),
        IList list => list.Cast<object?>().Select(Plain).ToList(),
        _ when ConfigProperty.IsSection(value.GetType()) => Section(value),
        bool or int or long or double => value,
        _ => ScalarParser.Format(value),
    };
}
