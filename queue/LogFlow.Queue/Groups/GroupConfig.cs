namespace LogFlow.Queue;

/// <summary>What an administrator has set for one group; the rest is as the broker says. Immutable.</summary>
internal sealed record GroupConfig
{
    public const string ConsumerSessionTimeoutMsKey = "consumer.session.timeout.ms";
    public const string ConsumerHeartbeatIntervalMsKey = "consumer.heartbeat.interval.ms";

    /// <summary>Nothing is set.</summary>
    public static GroupConfig Empty { get; } = new();

    /// <summary>As they were set, by key; their values have been checked.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; private init; } = new Dictionary<string, string>();

    /// <summary>Null: as the broker says.</summary>
    public int? ConsumerSessionTimeoutMs { get; private init; }

    /// <summary>Null: as the broker says.</summary>
    public int? ConsumerHeartbeatIntervalMs { get; private init; }

    public static GroupConfig Create(IReadOnlyDictionary<string, string> overrides) => new()
    {
        Overrides = overrides,
        ConsumerSessionTimeoutMs = Number(overrides, ConsumerSessionTimeoutMsKey),
        ConsumerHeartbeatIntervalMs = Number(overrides, ConsumerHeartbeatIntervalMsKey),
    };

    private static int? Number(IReadOnlyDictionary<string, string> overrides, string key) =>
        overrides.TryGetValue(key, out var value) && ConfigNumber.TryParse(value, out var number) ? number : null;
}
