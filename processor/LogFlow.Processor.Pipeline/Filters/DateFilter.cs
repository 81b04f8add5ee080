namespace LogFlow.Processor.Pipeline;

/// <summary>Reads a date out of a field, into <c>@timestamp</c> unless told otherwise.</summary>
internal sealed class DateFilter : Filter
{
    private readonly FieldReference _source = FieldReference.Message;
    private readonly FieldReference _target;
    private readonly DateParser[] _parsers = [];
    private readonly ZoneClock _zone = ZoneClock.Utc;
    private readonly EventTemplate? _zoneTemplate;
    private readonly bool _keepNanoseconds;
    private readonly bool _setsTimestamp;
    private readonly IReadOnlyList<string> _tagOnFailure;

    private DateFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        _target = context.FieldOf("target")!;
        _setsTimestamp = _target.Depth == 1 && _target.FirstName == "@timestamp";
        _tagOnFailure = settings.List("tag_on_failure");
        _keepNanoseconds = settings.String("precision") == "ns";
        var match = settings.ListValues("match");
        if (match.Count < 2)
        {
            context.Error("match", "'match' of 'date' takes a field and at least one format",
                "write: match => [\"field\", \"ISO8601\"]");
            return;
        }
        _source = context.Field(match[0]);
        var locale = LocaleOf(context);
        _parsers = [.. match.Skip(1).Select(format => CreateParser(context, format, locale))];
        (_zone, _zoneTemplate) = ZoneOf(context);
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "date",
        new SettingSpec("match", SettingType.List) { Required = true },
        new SettingSpec("target", SettingType.FieldReference) { Default = "@timestamp" },
        new SettingSpec("timezone", SettingType.String),
        new SettingSpec("locale", SettingType.String),
        new SettingSpec("precision", SettingType.String) { Default = "ms", Allowed = ["ms", "ns"] },
        new SettingSpec("tag_on_failure", SettingType.List) { Default = new[] { "_dateparsefailure" } })
    {
        CreateFilter = context => new DateFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var value = target.Get(_source);
        if (value.List is { Count: > 0 } list)
        {
            value = list[0];
        }
        if (value.IsNil)
        {
            return;
        }
        var zone = _zone;
        if (_zoneTemplate is not null && ZoneClock.Find(_zoneTemplate.Format(target, context.Now)) is var named)
        {
            if (named is null)
            {
                Failed(target, context, _tagOnFailure);
                return;
            }
            zone = named;
        }
        foreach (var parser in _parsers)
        {
            if (parser.TryParse(value, zone, context.Time, out var timestamp))
            {
                timestamp = _keepNanoseconds ? timestamp : timestamp.TruncateToMilliseconds();
                if (_setsTimestamp)
                {
                    target.Timestamp = timestamp;
                }
                else
                {
                    target.Set(_target, EventValue.Of(timestamp));
                }
                Matched(target, context);
                return;
            }
        }
        Failed(target, context, _tagOnFailure);
    }

    internal override FailureReason? ExplainFailure(Event source, FailureContext context)
    {
        var value = source.Get(_source);
        var formats = Node.Settings.List("match").Skip(1);
        return new FailureReason($"{_source.Text} is {EventJson.ToJsonString(value)}, which is none of: "
            + string.Join(", ", formats.Select(static format => $"'{format}'")));
    }

    private static DateLocale LocaleOf(PluginContext context)
    {
        var locale = context.Settings.String("locale");
        if (locale is null)
        {
            return DateLocale.English;
        }
        if (DateLocale.Find(locale) is { } known)
        {
            return known;
        }
        context.Error("locale", $"the language of the locale '{locale}' is not known",
            $"known: {string.Join(", ", DateLocale.KnownLanguages)}");
        return DateLocale.English;
    }

    private static DateParser CreateParser(PluginContext context, ConfigValue format, DateLocale locale)
    {
        if (DateParser.TryCreate(format.Text!, locale, out var parser, out var problem))
        {
            return parser;
        }
        context.Error(format.Span, problem, "letters: yyyy MM dd HH mm ss SSS Z, or ISO8601, UNIX, UNIX_MS, TAI64N");
        return DateParser.Iso8601;
    }

    private static (ZoneClock Zone, EventTemplate? Template) ZoneOf(PluginContext context)
    {
        if (context.Settings.Value("timezone") is not { } value)
        {
            return (ZoneClock.Of(context.Options.TimeZone), null);
        }
        var template = context.Template(value);
        if (!template.IsLiteral)
        {
            return (ZoneClock.Utc, template);
        }
        if (ZoneClock.Find(value.Text!) is { } zone)
        {
            return (zone, null);
        }
        context.Error(value.Span, $"there is no time zone '{value.Text}' on this machine",
            "write a name such as Europe/Berlin (package tzdata) or an offset such as +02:00");
        return (ZoneClock.Utc, null);
    }
}
