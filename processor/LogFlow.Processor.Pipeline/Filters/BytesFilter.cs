using System.Globalization;

namespace LogFlow.Processor.Pipeline;

/// <summary>Turns a size such as <c>32 kB</c> into a number of bytes.</summary>
internal sealed class BytesFilter : Filter
{
    private const string Units = "kmgtpe";

    private readonly FieldReference _source;
    private readonly FieldReference _target;
    private readonly double _factor;
    private readonly string _decimalSeparator;
    private readonly string[] _groupSeparators;
    private readonly IReadOnlyList<string> _tagOnFailure;

    private BytesFilter(PluginContext context)
        : base(context)
    {
        _source = context.FieldOf("source")!;
        _target = context.FieldOf("target")!;
        _factor = context.Settings.String(
            context.Settings.Has("conversion_method") ? "conversion_method" : "prefix_system") == "metric"
            ? 1000 : 1024;
        if (context.Settings.Has("conversion_method") && context.Settings.Has("prefix_system"))
        {
            context.Error("conversion_method", "it means the same as 'prefix_system'", "leave out one of them");
        }
        _decimalSeparator = context.Settings.String("decimal_separator")!;
        // Without the option, the other one of comma and full stop.
        _groupSeparators = context.Settings.String("digit_group_separator") is { } group
            ? [group]
            : [_decimalSeparator == "," ? "." : ","];
        _tagOnFailure = context.Settings.List("tag_on_failure");
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "bytes",
        new SettingSpec("source", SettingType.FieldReference) { Default = "message" },
        new SettingSpec("target", SettingType.FieldReference) { Required = true },
        new SettingSpec("prefix_system", SettingType.String) { Default = "binary", Allowed = ["binary", "metric"] },
        new SettingSpec("conversion_method", SettingType.String) { Allowed = ["binary", "metric"] },
        new SettingSpec("digit_group_separator", SettingType.String) { Allowed = [" ", ",", ".", "_"] },
        new SettingSpec("decimal_separator", SettingType.String) { Default = ".", Allowed = [".", ","] },
        new SettingSpec("tag_on_failure", SettingType.List) { Default = new[] { "_bytesparsefailure" } })
    {
        CreateFilter = context => new BytesFilter(context),
    };

    public override void Apply(Event target, FilterContext context)
    {
        var value = target.Get(_source);
        if (value.IsNil || !TryParse(value.ToText(), out var bytes))
        {
            Failed(target, context, _tagOnFailure);
            return;
        }
        target.Set(_target, EventValue.Of(bytes));
        Matched(target, context);
    }

    private bool TryParse(string text, out double bytes)
    {
        var digits = text.Trim().ToLowerInvariant().TrimEnd('b');
        var factor = 1.0;
        digits = digits.EndsWith('i') ? digits[..^1] : digits;
        if (digits.Length > 0 && Units.IndexOf(digits[^1], StringComparison.Ordinal) is >= 0 and var exponent)
        {
            factor = Math.Pow(_factor, exponent + 1);
            digits = digits[..^1];
        }
        digits = string.Concat(digits.Where(c => !char.IsWhiteSpace(c)));
        foreach (var separator in _groupSeparators)
        {
            digits = digits.Replace(separator, string.Empty, StringComparison.Ordinal);
        }
        digits = digits.Replace(_decimalSeparator, ".", StringComparison.Ordinal);
        var isNumber = double.TryParse(
            digits,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out bytes);
        bytes *= factor;
        return isNumber;
    }
}
