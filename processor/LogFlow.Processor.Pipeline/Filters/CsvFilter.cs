using System.Globalization;
using LogFlow.Platform;

namespace LogFlow.Processor.Pipeline;

/// <summary>Takes separated values apart.</summary>
internal sealed class CsvFilter : Filter
{
    private const string EmptyTag = "_csvskippedemptyfield";

    private static readonly string[] Types = ["integer", "float", "date", "date_time", "boolean"];
    private static readonly string[] FailureTags = ["_csvparsefailure"];

    private readonly Lock _columnsLock = new(); // guards _columns while they are detected
    private readonly FieldReference _source;
    private readonly FieldReference? _target;
    private readonly string _separator;
    private readonly char _quote;
    private readonly bool _autogenerate;
    private readonly bool _autodetect;
    private readonly bool _skipHeader;
    private readonly bool _skipEmptyColumns;
    private readonly bool _skipEmptyRows;
    private readonly ZoneClock _zone;
    private readonly Dictionary<string, string> _convert;
    private volatile string[] _columns;

    private CsvFilter(PluginContext context)
        : base(context)
    {
        var settings = context.Settings;
        _source = context.FieldOf("source")!;
        _target = context.FieldOf("target");
        _separator = settings.String("separator")!;
        var quote = settings.String("quote_char")!;
        _quote = quote == "\\x00" ? '\0' : quote.Length == 1 ? quote[0] : '"';
        if (_separator.Length == 0 || (quote.Length != 1 && quote != "\\x00"))
        {
            context.Error(_separator.Length == 0 ? "separator" : "quote_char", "one character is needed");
        }
        _autogenerate = settings.Boolean("autogenerate_column_names");
        _autodetect = settings.Boolean("autodetect_column_names");
        _skipHeader = settings.Boolean("skip_header");
        _skipEmptyColumns = settings.Boolean("skip_empty_columns");
        _skipEmptyRows = settings.Boolean("skip_empty_rows");
        _columns = [.. settings.ListValues("columns").Select(value => context.Field(value).Text)];
        _zone = ZoneClock.Of(context.Options.TimeZone);
        _convert = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in settings.Hash("convert"))
        {
            _convert[entry.Name] = entry.Value.Text ?? string.Empty;
            if (!Types.Contains(entry.Value.Text))
            {
                context.Error(entry.Value.Span, $"a column cannot be converted to '{entry.Value.Text}'",
                    NearestName.Remedy(entry.Value.Text ?? string.Empty, Types));
            }
        }
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "csv",
        new SettingSpec("source", SettingType.FieldReference) { Default = "message" },
        new SettingSpec("columns", SettingType.List),
        new SettingSpec("separator", SettingType.String) { Default = "," },
        new SettingSpec("quote_char", SettingType.String) { Default = "\"" },
        new SettingSpec("target", SettingType.FieldReference),
        new SettingSpec("convert", SettingType.Hash),
        new SettingSpec("autogenerate_column_names", SettingType.Boolean) { Default = true },
        new SettingSpec("autodetect_column_names", SettingType.Boolean) { Default = false },
        new SettingSpec("skip_header", SettingType.Boolean) { Default = false },
        new SettingSpec("skip_empty_columns", SettingType.Boolean) { Default = false },
        new SettingSpec("skip_empty_rows", SettingType.Boolean) { Default = false },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new CsvFilter(context),
    };

    /// <inheritdoc/>
    public override bool IsStateful => _autodetect;

    public override void Apply(Event target, FilterContext context)
    {
        var source = target.Get(_source);
        if (source.IsNil)
        {
            return;
        }
        var text = source.ToText();
        var values = new List<string?>();
        if (_skipEmptyRows && text.Length == 0)
        {
            Failed(target, context, [EmptyTag]);
            return;
        }
        if (!CsvLine.TryParse(text, _separator, _quote, values))
        {
            Failed(target, context, FailureTags);
            return;
        }
        if ((_autodetect && TryDetect(values)) || (_skipHeader && IsHeader(values)))
        {
            target.Cancel();
            return;
        }
        Store(values, target);
        Matched(target, context);
    }

    private bool TryDetect(List<string?> values)
    {
        if (_columns.Length > 0)
        {
            return false;
        }
        lock (_columnsLock)
        {
            if (_columns.Length > 0)
            {
                return false;
            }
            _columns = [.. values.Select(value => value ?? string.Empty)];
            return true;
        }
    }

    private bool IsHeader(List<string?> values) =>
        _columns.Length > 0 && values.Count == _columns.Length
            && values.Zip(_columns).All(pair => pair.First == pair.Second);

    private void Store(List<string?> values, Event target)
    {
        var columns = _columns;
        for (var i = 0; i < values.Count; i++)
        {
            var value = values[i];
            if (_skipEmptyColumns && string.IsNullOrEmpty(value))
            {
                continue;
            }
            if (i >= columns.Length && !_autogenerate)
            {
                return;
            }
            var name = i < columns.Length && columns[i].Length > 0
                ? columns[i]
                : string.Create(CultureInfo.InvariantCulture, $"column{i + 1}");
            var field = FieldReference.TryParse(name, out var reference, out _) ? reference
                : FieldReference.TopLevel(name);
            target.Set(_target is null ? field : _target.Child(field), Convert(name, value));
        }
    }

    private EventValue Convert(string name, string? value)
    {
        if (value is null || !_convert.TryGetValue(name, out var type))
        {
            return EventValue.Of(value);
        }
        switch (type)
        {
            case "integer" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out var integer):
                return EventValue.Of(integer);
            case "float" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number):
                return EventValue.Of(number);
            case "boolean" when bool.TryParse(value, out var boolean):
                return EventValue.Of(boolean);
            case "date" or "date_time" when IsoDate.TryParse(value, _zone, out var timestamp):
                return EventValue.Of(timestamp);
            default:
                return EventValue.Of(value);
        }
    }
}
