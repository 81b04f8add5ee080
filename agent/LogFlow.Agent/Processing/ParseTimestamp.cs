using System.Globalization;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>timestamp</c>: reads a time by Go's layouts.</summary>
internal sealed class ParseTimestamp : EventProcessor
{
    private readonly List<Func<string, DateTimeOffset?>> _layouts = [];

    [ConfigKey("field")]
    public string Field { get; set; } = "";

    [ConfigKey("target_field")]
    public string TargetField { get; set; } = "@timestamp";

    [ConfigKey("layouts")]
    public List<string> Layouts { get; set; } = [];

    [ConfigKey("timezone")]
    public string Timezone { get; set; } = "UTC";

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("ignore_failure")]
    public bool IgnoreFailure { get; set; }

    [ConfigKey("test")]
    public List<string> Test { get; set; } = [];

    [ConfigKey("id")]
    public string Id { get; set; } = "";

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        if (Field.Length == 0 || Layouts.Count == 0)
        {
            yield return new ConfigProblem(Field.Length == 0 ? "field" : "layouts", "is needed");
            yield break;
        }

        if (!TimeZones.TryFind(Timezone, out var zone))
        {
            yield return new ConfigProblem(
                "timezone", $"'{Timezone}' is neither Local, an IANA name nor an offset such as +0200");
            yield break;
        }

        foreach (var layout in Layouts)
        {
            _layouts.Add(layout.ToUpperInvariant() switch
            {
                "UNIX" => static text => OfUnix(text, 1),
                "UNIX_MS" => static text => OfUnix(text, 1000),
                _ => new GoTimeLayout(layout, zone).Parse,
            });
        }

        foreach (var example in Test.Where(example => Parse(example) is null))
        {
            yield return new ConfigProblem("test", $"'{example}' fits none of the layouts");
        }
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (!@event.TryGet(Field, out var value) || value is null)
        {
            if (!IgnoreMissing && !IgnoreFailure)
            {
                @event.AddError($"failed to get time field {Field}");
            }

            return true;
        }

        var text = value switch
        {
            string written => written,
            JsonNumber number => number.Text,
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        if (Parse(text) is { } time)
        {
            if (TargetField == "@timestamp")
            {
                @event.Timestamp = time;
            }
            else
            {
                @event.Put(TargetField, AgentEvent.FormatTime(time));
            }
        }
        else if (!IgnoreFailure)
        {
            @event.AddError($"failed parsing time field {Field}='{text}'");
        }

        return true;
    }

    private DateTimeOffset? Parse(string text)
    {
        foreach (var layout in _layouts)
        {
            if (layout(text) is { } time)
            {
                return time;
            }
        }

        return null;
    }

    private static DateTimeOffset? OfUnix(string text, long unitsPerSecond) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && Math.Abs(number / unitsPerSecond) < 250_000_000_000
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(number / unitsPerSecond * TimeSpan.TicksPerSecond))
            : null;
}
