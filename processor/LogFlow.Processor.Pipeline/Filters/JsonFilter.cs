using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Reads JSON out of a field.</summary>
internal sealed class JsonFilter : Filter
{
    private readonly FieldReference _source;
    private readonly FieldReference? _target;
    private readonly bool _skipInvalid;
    private readonly IReadOnlyList<string> _tagOnFailure;

    private JsonFilter(PluginContext context)
        : base(context)
    {
        _source = context.FieldOf("source") ?? FieldReference.Message;
        _target = context.FieldOf("target");
        _skipInvalid = context.Settings.Boolean("skip_on_invalid_json");
        _tagOnFailure = context.Settings.List("tag_on_failure");
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "json",
        new SettingSpec("source", SettingType.FieldReference) { Required = true },
        new SettingSpec("target", SettingType.FieldReference),
        new SettingSpec("skip_on_invalid_json", SettingType.Boolean) { Default = false },
        new SettingSpec("tag_on_failure", SettingType.List) { Default = new[] { "_jsonparsefailure" } },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] })
    {
        CreateFilter = context => new JsonFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var source = target.Get(_source);
        if (source.IsNil)
        {
            return;
        }
        var text = source.IsString ? source.Span : source.ToText();
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = Encoding.UTF8.GetBytes(text, bytes);
        var value = JsonScanner.TryReadValue(bytes.AsMemory(0, length), out _);
        if (value.IsMissing || (_target is null && value.Map is null))
        {
            if (value.IsMissing && _skipInvalid)
            {
                return;
            }
            Failed(target, context, _tagOnFailure);
            return;
        }
        if (_target is not null)
        {
            target.Set(_target, value);
        }
        else
        {
            Merge(value.Map!, target);
        }
        Matched(target, context);
    }

    internal override FailureReason? ExplainFailure(Event source, FailureContext context)
    {
        var value = JsonScanner.TryReadValue(Encoding.UTF8.GetBytes(source.Get(_source).ToText()), out var error);
        return new FailureReason(value.IsMissing
            ? $"{_source.Text} is not JSON: {error}"
            : $"{_source.Text} holds JSON, but no object, and there is no target for it");
    }

    private static void Merge(EventMap map, Event target)
    {
        for (var i = 0; i < map.Count; i++)
        {
            var name = map.NameAt(i);
            var value = map.ValueAt(i);
            if (name == "@timestamp")
            {
                SetTimestamp(value, target);
                continue;
            }
            target.Set(FieldReference.TopLevel(name), value);
        }
    }

    private static void SetTimestamp(EventValue value, Event target)
    {
        if (value.IsString && EventTimestamp.TryParse(value.Span, out var timestamp))
        {
            target.Timestamp = timestamp;
            return;
        }
        target.Set(FieldReference.TopLevel("_@timestamp"), value);
        target.Tag("_timestampparsefailure");
    }
}
