using System.Globalization;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>drop_event</c>: of the events for which its condition holds nothing is sent.</summary>
internal sealed class DropEvent : EventProcessor
{
    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare() => When is null
        ? [new ConfigProblem("when", "is needed: without a condition every event would be dropped")]
        : [];

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event) => false;
}

/// <summary><c>add_fields</c>: sets fields below <c>fields</c>, or another target.</summary>
internal sealed class AddFields : EventProcessor
{
    private EventObject _fields = new();

    [ConfigKey("target")]
    public string? Target { get; set; }

    [ConfigKey("fields")]
    public Dictionary<string, object?> Fields { get; set; } = [];

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        _fields = EventObject.Of(Fields).Freeze();
        return [];
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        Put(@event, Target ?? "fields", _fields);
        return true;
    }

    /// <summary>Sets fields below a target; empty: at the root.</summary>
    public static void Put(AgentEvent @event, string target, EventObject fields)
    {
        if (target == "@metadata")
        {
            @event.OwnMetadata.Merge(fields, overwrites: true);
            return;
        }

        var node = @event.Fields;
        foreach (var part in target.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node.Own(part);
        }

        node.Merge(fields, overwrites: true);
    }
}

/// <summary><c>add_labels</c>: texts below <c>labels</c>, nested names joined by dots.</summary>
internal sealed class AddLabels : EventProcessor
{
    private readonly EventObject _labels = new();

    [ConfigKey("labels")]
    public Dictionary<string, object?> Labels { get; set; } = [];

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        Flatten(Labels, "");
        _labels.Freeze();
        return [];
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        @event.Fields.Own("labels").Merge(_labels, overwrites: true);
        return true;
    }

    private void Flatten(IEnumerable<KeyValuePair<string, object?>> values, string prefix)
    {
        foreach (var (name, value) in values)
        {
            switch (value)
            {
                case Dictionary<string, object?> nested:
                    Flatten(nested, $"{prefix}{name}.");
                    break;
                case List<object?> list:
                    Flatten(
                        list.Select((item, index) => KeyValuePair.Create(
                            index.ToString(CultureInfo.InvariantCulture), item)),
                        $"{prefix}{name}.");
                    break;
                default:
                    _labels.Set(prefix + name, value);
                    break;
            }
        }
    }
}

/// <summary><c>add_tags</c>: appends to <c>tags</c>, or another target.</summary>
internal sealed class AddTags : EventProcessor
{
    [ConfigKey("tags")]
    public List<string> Tags { get; set; } = [];

    [ConfigKey("target")]
    public string Target { get; set; } = "tags";

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var tag in Tags)
        {
            @event.Append(Target, tag);
        }

        return true;
    }
}

/// <summary><c>add_id</c>: an identifier of its own for each event.</summary>
internal sealed class AddId : EventProcessor
{
    [ConfigKey("target_field")]
    public string TargetField { get; set; } = "@metadata._id";

    [ConfigKey("type")]
    public string Type { get; set; } = "elasticsearch";

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        @event.Put(TargetField, Guid.CreateVersion7().ToString("N"));
        return true;
    }
}

/// <summary><c>add_locale</c>: the zone of this machine's clock.</summary>
internal sealed class AddLocale : EventProcessor
{
    [ConfigKey("format")]
    public LocaleFormat Format { get; set; } = LocaleFormat.Offset;

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        var zone = TimeZoneInfo.Local;
        var offset = zone.GetUtcOffset(@event.Timestamp);
        @event.Put("event.timezone", Format == LocaleFormat.Offset
            ? $"{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh\\:mm}"
            : zone.IsDaylightSavingTime(@event.Timestamp) ? zone.DaylightName : zone.StandardName);
        return true;
    }
}

/// <summary>How <c>add_locale</c> writes a zone.</summary>
internal enum LocaleFormat
{
    /// <summary>+02:00.</summary>
    Offset,

    /// <summary>CEST.</summary>
    Abbreviation,
}

/// <summary><c>lowercase</c> and <c>uppercase</c>: the names of fields, or their values.</summary>
internal sealed class ChangeCase : EventProcessor
{
    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    [ConfigKey("values")]
    public List<string> Values { get; set; } = [];

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    [ConfigKey("alter_full_field")]
    public bool AltersFullField { get; set; }

    /// <summary>To capitals.</summary>
    public bool IsUpper { get; init; }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var field in Fields)
        {
            if (@event.TryGet(field, out var value) && @event.Remove(field))
            {
                var dot = AltersFullField ? -1 : field.LastIndexOf('.');
                @event.Put(field[..(dot + 1)] + Change(field[(dot + 1)..]), value);
            }
        }

        foreach (var field in Values)
        {
            if (@event.Text(field) is { } text)
            {
                @event.Put(field, Change(text));
            }
        }

        return true;
    }

    private string Change(string text) => IsUpper ? text.ToUpperInvariant() : text.ToLowerInvariant();
}

/// <summary><c>append</c>: fixed values, and those of other fields, after what a field has.</summary>
internal sealed class AppendValues : EventProcessor
{
    [ConfigKey("target_field")]
    public string TargetField { get; set; } = "";

    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    [ConfigKey("values")]
    public List<string> Values { get; set; } = [];

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("ignore_empty_values")]
    public bool IgnoreEmptyValues { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    [ConfigKey("allow_duplicate")]
    public bool AllowDuplicate { get; set; } = true;

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        var values = @event.Get(TargetField) switch
        {
            null => new List<object?>(),
            List<object?> list => [.. list],
            var one => [one],
        };
        foreach (var value in Fields.SelectMany(field => @event.Get(field) switch
        {
            null => [],
            List<object?> list => list,
            var one => [one],
        }).Concat(Values))
        {
            if ((AllowDuplicate || !values.Contains(value)) && !(IgnoreEmptyValues && value is null or ""))
            {
                values.Add(value);
            }
        }

        @event.Put(TargetField, values);
        return true;
    }
}

/// <summary><c>rate_limit</c>: a number of events in a time, each kind for itself; the others are dropped.</summary>
internal sealed class RateLimit : EventProcessor
{
    private const int KeysMax = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (double Tokens, long At)> _buckets = [];
    private double _perSecond;

    [ConfigKey("limit")]
    public string Limit { get; set; } = "";

    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    [ConfigKey("burst_multiplier")]
    public double BurstMultiplier { get; set; } = 1;

    private double Depth => Math.Max(1, _number * BurstMultiplier);

    private double _number;

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        var slash = Limit.IndexOf('/');
        var seconds = Limit[(slash + 1)..] switch { "s" => 1, "m" => 60, "h" => 3600, _ => 0 };
        if (slash <= 0 || seconds == 0
            || !double.TryParse(Limit[..slash], NumberStyles.Float, CultureInfo.InvariantCulture, out _number))
        {
            return [new ConfigProblem("limit", $"'{Limit}' is not a number with /s, /m or /h, say 1000/m")];
        }

        _perSecond = _number / seconds;
        return [];
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        var key = string.Join('\0', Fields.Select(field => FieldJson.ToText(@event.Get(field))));
        var now = TimeProvider.System.GetTimestamp();
        lock (_lock)
        {
            if (_buckets.Count >= KeysMax)
            {
                _buckets.Clear();
            }

            var (tokens, at) = _buckets.TryGetValue(key, out var known) ? known : (Depth, now);
            tokens = Math.Min(
                Depth, tokens + (TimeProvider.System.GetElapsedTime(at, now).TotalSeconds * _perSecond));
            var passes = tokens >= 1;
            _buckets[key] = (passes ? tokens - 1 : tokens, now);
            return passes;
        }
    }
}

/// <summary><c>syslog</c>: takes a field that holds a syslog message apart.</summary>
internal sealed class SyslogProcessor : EventProcessor
{
    private SyslogReader? _reader;

    [ConfigKey("field")]
    public string Field { get; set; } = AgentEvent.MessageField;

    [ConfigKey("format")]
    public SyslogFormat Format { get; set; } = SyslogFormat.Auto;

    [ConfigKey("timezone")]
    public string Timezone { get; set; } = "Local";

    [ConfigKey("overwrite_keys")]
    public bool OverwriteKeys { get; set; } = true;

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("ignore_failure")]
    public bool IgnoreFailure { get; set; }

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare()
    {
        _reader = new SyslogReader(Format, Timezone);
        return TimeZones.TryFind(Timezone, out _)
            ? []
            : [new ConfigProblem(
                "timezone", $"'{Timezone}' is neither Local, an IANA name nor an offset such as +0200")];
    }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (@event.Text(Field) is not { } text)
        {
            return true;
        }

        if (_reader!.TryRead(text, out var message, out var problem))
        {
            @event.Timestamp = message.Timestamp ?? @event.Timestamp;
            @event.Fields.Merge(message.ToFields(), OverwriteKeys);
            @event.Put(AgentEvent.MessageField, message.Message);
        }
        else if (!IgnoreFailure)
        {
            @event.AddError($"Error parsing syslog message: {problem}");
        }

        return true;
    }
}
