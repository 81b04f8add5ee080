using System.Text;
using System.Text.Json;

namespace LogFlow.Processor.Pipeline;

/// <summary>One test vector, as its JSON says.</summary>
internal sealed class TestVector(JsonElement root, string name)
{
    public string Id { get; } = root.TryGetProperty("id", out var id) ? id.GetString()! : name;

    public string Config { get; } = root.TryGetProperty("config", out var config) ? config.GetString()! : string.Empty;

    /// <summary>Whether only the grammar is tested.</summary>
    public bool IsParseOnly => root.TryGetProperty("valid", out _);

    public bool IsValid => root.GetProperty("valid").GetBoolean();

    /// <summary>Whether nothing beyond the expected fields may be there.</summary>
    public bool IsExact => root.TryGetProperty("exact", out var exact) && exact.GetBoolean();

    public bool IsDropped => root.TryGetProperty("dropped", out var dropped) && dropped.GetBoolean();

    public JsonElement? Expected => root.TryGetProperty("expect", out var expect) ? expect : null;

    public JsonElement? Tags => root.TryGetProperty("tags", out var tags) ? tags : null;

    public IEnumerable<string> Absent => root.TryGetProperty("absent", out var absent)
        ? absent.EnumerateArray().Select(element => element.GetString()!)
        : [];

    /// <summary>What the vector says it needs on the machine; null: nothing.</summary>
    public string? Requirement =>
        root.TryGetProperty("requires", out var requires) ? $"needs {requires.GetString()}" : null;

    /// <summary>Whether lines are to be fed to a codec instead of events to filters.</summary>
    public bool HasLines => root.TryGetProperty("lines", out _);

    public PipelineOptions Options => new()
    {
        IsEcs = root.TryGetProperty("ecs", out var ecs) && ecs.GetString() != "disabled",
        SupportEscapes = root.TryGetProperty("support_escapes", out var escapes) && escapes.GetBoolean(),
        Environment = Variable,
        TimeZone = TimeZoneInfo.Utc,
        Time = root.TryGetProperty("now", out var now)
            ? new FixedTime(DateTimeOffset.Parse(now.GetString()!, System.Globalization.CultureInfo.InvariantCulture))
            : TimeProvider.System,
    };

    public void AddEvents(PipelineBatch batch)
    {
        var now = EventTimestamp.FromMilliseconds(Options.Time.GetUtcNow());
        var offset = 0;
        foreach (var element in root.GetProperty("events").EnumerateArray())
        {
            var created = Event.FromJson(Encoding.UTF8.GetBytes(element.GetRawText()), now);
            created.Origin = new EventOrigin(0, offset++, 0);
            batch.Events.Add(created);
        }
    }

    private string? Variable(string variable) => root.TryGetProperty("env", out var env)
        && env.TryGetProperty(variable, out var value)
        ? value.GetString()
        : Environment.GetEnvironmentVariable(variable);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
