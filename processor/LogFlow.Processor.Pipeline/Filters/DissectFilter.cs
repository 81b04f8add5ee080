using System.Globalization;
using System.Numerics;

namespace LogFlow.Processor.Pipeline;

/// <summary>Takes text apart at fixed delimiters: faster than grok where the lines are regular.</summary>
internal sealed class DissectFilter : Filter
{
    private readonly (FieldReference Source, DissectMapping Mapping)[] _mappings;
    private readonly Conversion[] _conversions;
    private readonly IReadOnlyList<string> _tagOnFailure;

    private DissectFilter(PluginContext context)
        : base(context)
    {
        _tagOnFailure = context.Settings.List("tag_on_failure");
        _mappings = [.. CreateMappings(context)];
        _conversions = [.. CreateConversions(context)];
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "dissect",
        new SettingSpec("mapping", SettingType.Hash),
        new SettingSpec("convert_datatype", SettingType.Hash),
        new SettingSpec("tag_on_failure", SettingType.List) { Default = new[] { "_dissectfailure" } })
    {
        CreateFilter = context => new DissectFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var matched = _mappings.Length == 0;
        foreach (var (source, mapping) in _mappings)
        {
            var value = target.Get(source);
            if (value.IsMissing)
            {
                continue;
            }
            var text = value.ToText();
            if (text.Length == 0 || !mapping.TryApply(text, target))
            {
                Failed(target, context, _tagOnFailure);
                return;
            }
            matched = true;
        }
        foreach (var conversion in _conversions)
        {
            Convert(conversion, target, context);
        }
        if (matched)
        {
            Matched(target, context);
        }
    }

    private static void Convert(Conversion conversion, Event target, FilterContext context)
    {
        var value = target.Get(conversion.Field);
        if (value.IsNil)
        {
            context.CountFailure();
            target.Tag($"_dataconversionnullvalue_{conversion.Name}_{conversion.Type}");
            return;
        }
        var converted = conversion.Type == "int" ? ToInteger(value) : ToFloat(value);
        if (converted.IsMissing)
        {
            context.CountFailure();
            target.Tag($"_dataconversionuncoercible_{conversion.Name}_{conversion.Type}");
            return;
        }
        target.Set(conversion.Field, converted);
    }

    private static EventValue ToInteger(EventValue value)
    {
        if (value.IsNumber)
        {
            return value.Kind == ValueKind.Float ? EventValue.Of(new BigInteger(Math.Truncate(value.Float))) : value;
        }
        var text = value.ToText().Trim();
        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return EventValue.Of(integer);
        }
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? EventValue.Of(new BigInteger(decimal.Truncate(number)))
            : EventValue.Missing;
    }

    private static EventValue ToFloat(EventValue value)
    {
        if (value.IsNumber)
        {
            return EventValue.Of(value.Float);
        }
        return double.TryParse(value.ToText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? EventValue.Of(number)
            : EventValue.Missing;
    }

    private static IEnumerable<(FieldReference Source, DissectMapping Mapping)> CreateMappings(PluginContext context)
    {
        foreach (var entry in context.Settings.Hash("mapping"))
        {
            if (entry.Value.Text is not { } text)
            {
                context.Error(entry.Value.Span, $"a mapping is a text, not {entry.Value.KindName}");
            }
            else if (!DissectMapping.TryCompile(text, out var mapping, out var problem))
            {
                context.Error(entry.Value.Span, $"the mapping is wrong: {problem}", "write: %{field} text %{field}");
            }
            else
            {
                yield return (context.Field(entry.Key), mapping);
            }
        }
    }

    private static IEnumerable<Conversion> CreateConversions(PluginContext context)
    {
        foreach (var entry in context.Settings.Hash("convert_datatype"))
        {
            if (entry.Value.Text is "int" or "float")
            {
                yield return new Conversion(context.Field(entry.Key), entry.Name, entry.Value.Text);
            }
            else
            {
                context.Error(entry.Value.Span,
                    $"a field can be converted to int or float, not to '{entry.Value.Text}'");
            }
        }
    }

    private readonly record struct Conversion(FieldReference Field, string Name, string Type);
}
