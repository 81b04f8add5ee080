namespace LogFlow.Queue;

/// <content>Configs of single groups (KIP-848): what may be set, and what is in force.</content>
internal sealed partial class ConfigCatalog
{
    /// <summary>Null where a group may have these configs; else a sentence for whoever asked.</summary>
    public string? FindGroupConfigProblem(IReadOnlyDictionary<string, string> overrides)
    {
        foreach (var name in overrides.Keys)
        {
            if (!GroupConfigDefinitions.All.Any(definition => definition.Name == name))
            {
                return $"Unknown group config name: {name}";
            }
        }

        var values = new Dictionary<string, int>();
        foreach (var definition in GroupConfigDefinitions.All)
        {
            var (name, text) = (definition.Name, ValueOf(definition, overrides));
            if (!ConfigNumber.TryParse(text, out var value))
            {
                return $"Invalid value {text} for configuration {name}: Not a number of type INT";
            }

            if (value < 1)
            {
                return $"Invalid value {value} for configuration {name}: Value must be at least 1";
            }

            values[name] = value;
        }

        var heartbeatMs = values[GroupConfig.ConsumerHeartbeatIntervalMsKey];
        var sessionMs = values[GroupConfig.ConsumerSessionTimeoutMsKey];
        return FindLimitProblem(GroupConfig.ConsumerHeartbeatIntervalMsKey, heartbeatMs, "heartbeat.interval.ms")
            ?? FindLimitProblem(GroupConfig.ConsumerSessionTimeoutMsKey, sessionMs, "session.timeout.ms")
            ?? (sessionMs <= heartbeatMs
                ? $"{GroupConfig.ConsumerSessionTimeoutMsKey} must be greater than "
                    + GroupConfig.ConsumerHeartbeatIntervalMsKey
                : null);
    }

    /// <summary>Every group key with its effective value.</summary>
    public IEnumerable<ConfigEntry> DescribeGroup(GroupConfig config)
    {
        foreach (var definition in GroupConfigDefinitions.All)
        {
            // As in Kafka, what the broker says is the default, and is shown only where it is in force.
            var isSet = config.Overrides.ContainsKey(definition.Name);
            var source = isSet ? ConfigSource.DynamicGroup : ConfigSource.Default;
            var value = ValueOf(definition, config.Overrides);
            yield return new ConfigEntry(
                definition, value, source, IsReadOnly: false, [(definition.Name, value, source)]);
        }
    }

    private string ValueOf(ConfigDefinition definition, IReadOnlyDictionary<string, string> overrides) =>
        overrides.GetValueOrDefault(definition.Name) ?? _brokerByName[definition.BrokerKey!].Value!;

    private string? FindLimitProblem(string name, int value, string limit)
    {
        var (least, most) = ($"group.consumer.min.{limit}", $"group.consumer.max.{limit}");
        return value < BrokerNumber(least) ? $"{name} must be greater than or equal to {least}"
            : value > BrokerNumber(most) ? $"{name} must be less than or equal to {most}"
            : null;
    }

    private int BrokerNumber(string key) =>
        ConfigNumber.TryParse(_brokerByName[key].Value!, out var number)
            ? number
            : throw new InvalidOperationException($"{key} is no number");
}
