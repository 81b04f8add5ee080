using System.Collections;
using System.Reflection;
using System.Text;
using LogFlow.Hosting;
using YamlDotNet.Serialization;

namespace LogFlow.Appliance.Tests;

/// <summary>Every key of every part, with its default and what its class says of it, as Markdown.</summary>
internal sealed class ConfigReference
{
    private readonly XmlDocs _docs = new();
    private readonly StringBuilder _text = new();
    private readonly Queue<(string Title, Type Type)> _elements = [];

    public string Write()
    {
        _text.Append(
            """
            # Configuration reference

            Made from the code; a test compares. Each key may be given in YAML, dotted or nested, or on the command
            line as `-E KEY=VALUE`; `${NAME}` and `${NAME:default}` take a variable of the environment. `export config`
            prints what is in force. In `logflow up` the keys of a part stand below its section: `agent.`, `queue.`,
            `processor.`, `store.`; there some defaults are smaller, as one process shares its memory.


            """);
        Section("logflow up", typeof(UpConfig));
        Section("Agent", typeof(UpAgentConfig).BaseType!);
        Section("Queue", typeof(UpQueueConfig).BaseType!);
        Section("Processor", typeof(UpProcessorConfig).BaseType!);
        Section("Store", typeof(UpStoreConfig).BaseType!);
        Section("All parts", typeof(HostConfig));
        return _text.ToString();
    }

    private void Section(string title, Type type)
    {
        _text.Append($"## {title}\n\n");
        Table(type);
        while (_elements.TryDequeue(out var element))
        {
            _text.Append($"### {element.Title}\n\n");
            Table(element.Type);
        }
    }

    private void Table(Type type)
    {
        _text.Append("| key | default | meaning |\n|---|---|---|\n");
        var defaults = new DeserializerBuilder().Build()
            .Deserialize<object>(ConfigExporter.ToYaml(Activator.CreateInstance(type)!));
        Rows(Properties(type), "", defaults);
        _text.Append('\n');
    }

    private void Rows(IEnumerable<(string Key, PropertyInfo Property)> properties, string prefix, object? defaults)
    {
        foreach (var (key, property) in properties)
        {
            var name = prefix + key;
            var value = Find(defaults, key);
            var element = property.PropertyType.IsGenericType ? property.PropertyType.GetGenericArguments()[0] : null;
            if (IsSection(property.PropertyType))
            {
                // A part's own keys have a section of their own in this document.
                var inner = Properties(property.PropertyType).Where(
                    pair => property.DeclaringType != typeof(UpConfig)
                        || pair.Property.DeclaringType == property.PropertyType);
                Rows(inner, name + ".", value);
            }
            else if (element is not null && IsSection(element))
            {
                _text.Append($"| `{name}` | | list; each entry: below. {_docs.Summary(property)} |\n");
                _elements.Enqueue(($"Each of `{name}`", element));
            }
            else
            {
                _text.Append($"| `{name}` | {Text(value)} | {_docs.Summary(property)} |\n");
            }
        }
    }

    private static IEnumerable<(string Key, PropertyInfo Property)> Properties(Type type) =>
        from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
        let key = property.GetCustomAttribute<ConfigKeyAttribute>()
        where key is { IsInternal: false }
        orderby key.Key
        select (key.Key, property);

    private static bool IsSection(Type type) => type.IsClass && type != typeof(string) && Properties(type).Any();

    private static object? Find(object? tree, string key)
    {
        if (tree is IDictionary<object, object?> whole && whole.TryGetValue(key, out var direct))
        {
            return direct;
        }

        foreach (var part in key.Split('.'))
        {
            tree = tree is IDictionary<object, object?> map && map.TryGetValue(part, out var below) ? below : null;
        }

        return tree;
    }

    private static string Text(object? value) => value switch
    {
        null or "" => "",
        string text => $"`{text}`",
        IList list => list.Count == 0 ? "" : $"`[{string.Join(", ", list.Cast<object>())}]`",
        _ => "",
    };
}
