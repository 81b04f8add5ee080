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
    private readonly IReadOnlyList<string> _tagOnFailure;

    private BytesFilter(PluginContext context)
        : base(context)
    {
        _source = context.FieldOf("source")!;
        _target = context.FieldOf("target")!;
        _factor = context.Settings.String("prefix_system") == "metric" ? 1000 : 1024;
        _decimalSeparator = context.Settings.String("decimal_separator")!;
        _tagOnFailure = context.Settings.List("tag_on_failure");
    }

    public static PluginSpec Spec { get; } = new(
        PluginKind.Filter,
        "bytes",
        new SettingSpec("source", SettingType.FieldReference) { Default = "message" },
        new SettingSpec("target", SettingType.FieldReference) { Required = true },
        new SettingSpec("prefix_system", SettingType.String) { Default = "binary", Allowed = ["binary", "metric"] },
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
        var groups = _decimalSeparator == "," ? "." : ",";
        digits = string.Concat(digits.Where(c => !char.IsWhiteSpace(c)))
            .Replace(groups, string.Empty, StringComparison.Ordinal)
            .Replace(_decimalSeparator, ".", StringComparison.Ordinal);
        var isNumber = double.TryParse(
            digits,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out bytes);
        bytes *= factor;
        return isNumber;
    }
}
