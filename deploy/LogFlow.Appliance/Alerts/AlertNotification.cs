using System.Text.Json;
using System.Text.Json.Serialization;

namespace LogFlow.Appliance;

/// <summary>
/// What an action tells: the JSON of a webhook, and kept in the state until every action has delivered it.
/// </summary>
internal sealed record AlertNotification
{
    /// <summary>An alert begins to fire, or is told again.</summary>
    public const string Firing = "firing";

    /// <summary>An alert no longer fires.</summary>
    public const string Resolved = "resolved";

    /// <summary>Somebody tries the actions.</summary>
    public const string Test = "test";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// The same for each delivery of one notification: a process that was killed between delivery and saving that
    /// delivers it again.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The alert's name.</summary>
    public required string Name { get; init; }

    /// <summary>firing, resolved or test.</summary>
    public required string State { get; init; }

    /// <summary>Whether it was told before, and fires still.</summary>
    [JsonPropertyName("repeated")]
    public bool IsRepeated { get; init; }

    /// <summary>Lines in the window.</summary>
    public required long Count { get; init; }

    /// <summary>What number it fires at, in words.</summary>
    public required string Condition { get; init; }

    /// <summary>What is counted.</summary>
    public required string Query { get; init; }

    /// <summary>Where.</summary>
    public required string Index { get; init; }

    /// <summary>The window's oldest time.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The time before which lines counted.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Since when it is in this state.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The name of this machine.</summary>
    public required string Host { get; init; }

    /// <summary>The lines in the console.</summary>
    public required string Link { get; init; }

    /// <summary>The newest lines, cut where they are long.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>One line for people.</summary>
    [JsonIgnore]
    public string Title => $"[{State}{(IsRepeated ? ", still" : "")}] {Name}: {Count} lines ({Condition})";

    /// <summary>As webhooks and programs get it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);
}
