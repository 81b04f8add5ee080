using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using LogFlow.Hosting;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// Which configuration keys there are for topics and for the broker, what they are set to, and by whom.
/// </summary>
internal sealed partial class ConfigCatalog
{
    private static readonly FrozenDictionary<string, ConfigDefinition> TopicDefinitions =
        TopicConfigDefinitions.All.ToFrozenDictionary(definition => definition.Name);

    private readonly List<ConfigEntry> _broker;
    private readonly FrozenDictionary<string, ConfigEntry> _brokerByName;

    public ConfigCatalog(QueueConfig config)
    {
        DefaultTopicConfig = config.CreateTopicConfig(out var problem);
        if (problem is not null)
        {
            // QueueConfig.Validate has refused such values already.
            throw new ArgumentException(problem, nameof(config));
        }

        _broker = DescribeBrokerKeys(config);
        _brokerByName = _broker.ToFrozenDictionary(entry => entry.Definition.Name);
    }

    /// <summary>What topics without settings of their own use.</summary>
    public TopicConfig DefaultTopicConfig { get; }

    /// <summary>Every broker key, sorted by name.</summary>
    public IReadOnlyList<ConfigEntry> Broker => _broker;

    public static bool IsListKey(string name) =>
        TopicDefinitions.TryGetValue(name, out var definition) && definition.Type == ConfigType.List;

    /// <summary>The default of a list key, to which a topic without the key appends.</summary>
    public static string DefaultOf(string name) => TopicDefinitions[name].Default;

    public TopicConfig TopicConfigFor(IReadOnlyDictionary<string, string> overrides) =>
        DefaultTopicConfig.With(overrides, out _);

    /// <summary>Null where a topic may have these settings; else a sentence for whoever asked.</summary>
    public string? FindTopicConfigProblem(IReadOnlyDictionary<string, string> overrides)
    {
        foreach (var (name, value) in overrides)
        {
            if (!TopicDefinitions.TryGetValue(name, out var definition))
            {
                return $"Unknown topic config name: {name}";
            }

            if (!IsOfType(value, definition.Type))
            {
                var type = definition.Type.ToString().ToLowerInvariant();
                return $"Invalid value {value} for configuration {name}: Not a {type}";
            }
        }

        DefaultTopicConfig.With(overrides, out var problem);
        return problem;
    }

    /// <summary>Every topic key with its effective value.</summary>
    public IEnumerable<ConfigEntry> DescribeTopic(TopicConfig config)
    {
        foreach (var definition in TopicConfigDefinitions.All)
        {
            var synonyms = new List<(string, string, ConfigSource)>();
            if (config.Overrides.TryGetValue(definition.Name, out var own))
            {
                synonyms.Add((definition.Name, own, ConfigSource.DynamicTopic));
            }

            AddBrokerSynonyms(definition, synonyms);
            var (_, value, source) = synonyms.Count > 0
                ? synonyms[0]
                : (definition.Name, definition.Default, ConfigSource.Default);
            yield return new ConfigEntry(definition, value, source, IsReadOnly: false, synonyms);
        }
    }

    private static bool IsOfType(string value, ConfigType type) => type switch
    {
        ConfigType.Boolean => bool.TryParse(value, out _),
        ConfigType.Int => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        ConfigType.Long => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        ConfigType.Double => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
        _ => true,
    };

    private void AddBrokerSynonyms(ConfigDefinition definition, List<(string, string, ConfigSource)> synonyms)
    {
        if (definition.BrokerKey is { } key && _brokerByName.TryGetValue(key, out var broker))
        {
            synonyms.AddRange(broker.Synonyms);
        }
    }

    /// <summary>
    /// The keys of <see cref="QueueConfig"/>, and what stands behind topic defaults. A value that differs from our own
    /// default was set by the operator.
    /// </summary>
    private List<ConfigEntry> DescribeBrokerKeys(QueueConfig config)
    {
        var entries = new SortedDictionary<string, ConfigEntry>(StringComparer.Ordinal);
        foreach (var definition in BrokerConfigDefinitions.Fixed)
        {
            Add(entries, definition, definition.Default);
        }

        foreach (var definition in TopicConfigDefinitions.All)
        {
            if (definition.BrokerKey is { } key)
            {
                Add(entries, definition with { Name = key, BrokerKey = null }, definition.Default);
            }
        }

        var defaults = new QueueConfig();
        foreach (var property in typeof(QueueConfig).GetProperties())
        {
            if (property.GetCustomAttribute<ConfigKeyAttribute>() is not { } key || !IsShown(key, property))
            {
                continue;
            }

            var usual = Text(property.GetValue(defaults));
            if (key.IsSecret)
            {
                // That there is one may be known, what it is may not.
                var isSet = property.GetValue(config) is not null;
                var source = isSet ? ConfigSource.StaticBroker : ConfigSource.Default;
                var definition = new ConfigDefinition(key.Key, ConfigType.Password, usual, "");
                entries[key.Key] = new ConfigEntry(definition, null, source, IsReadOnly: true, []);
                continue;
            }

            var value = Text(property.GetValue(config));
            Add(entries, new ConfigDefinition(key.Key, TypeOf(property.PropertyType), usual, ""), value);
        }

        // Three keys of Kafka's give one value; the one in milliseconds shows what is in force.
        Set(entries, "log.retention.ms", DefaultTopicConfig.RetentionMs);
        Set(entries, "log.roll.ms", DefaultTopicConfig.SegmentMs);
        return [.. entries.Values];
    }

    /// <summary>Not what the host serves, users and their passwords, and keys of single listeners.</summary>
    private static bool IsShown(ConfigKeyAttribute key, PropertyInfo property) =>
        !key.Key.StartsWith("queue.http", StringComparison.Ordinal)
        && key.Key != "sasl.initial.users"
        && property.PropertyType != typeof(Dictionary<string, string>);

    private static void Add(
        SortedDictionary<string, ConfigEntry> entries, ConfigDefinition definition, string value)
    {
        var synonyms = new List<(string, string, ConfigSource)>();
        if (value != definition.Default)
        {
            synonyms.Add((definition.Name, value, ConfigSource.StaticBroker));
        }

        synonyms.Add((definition.Name, definition.Default, ConfigSource.Default));
        entries[definition.Name] = new ConfigEntry(
            definition, value, synonyms[0].Item3, IsReadOnly: true, synonyms);
    }

    private static void Set(SortedDictionary<string, ConfigEntry> entries, string name, long value) =>
        Add(entries, new ConfigDefinition(name, ConfigType.Long, "604800000", ""), Text(value));

    private static ConfigType TypeOf(Type type)
    {
        var underlying = Nullable.GetUnderlyingType(type) ?? type;
        return underlying == typeof(bool) ? ConfigType.Boolean
            : underlying == typeof(int) ? ConfigType.Int
            : underlying == typeof(long) ? ConfigType.Long
            : underlying == typeof(double) ? ConfigType.Double
            : underlying == typeof(List<string>) ? ConfigType.List
            : ConfigType.String;
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        List<string> list => string.Join(',', list),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
