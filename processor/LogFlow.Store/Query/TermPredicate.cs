using System.Globalization;
using System.Text;

namespace LogFlow.Store;

/// <summary>Exactly one value: a text, or the number, boolean that its text stands for.</summary>
internal sealed class TermPredicate : ValuePredicate
{
    private readonly byte[] _text;
    private readonly ulong _hash;
    private readonly bool _isNumber;
    private readonly double _number;
    private readonly bool _isInteger;
    private readonly long _integer;
    private readonly bool _ignoreCase;
    private readonly string _string;

    public TermPredicate(string text, bool ignoreCase = false)
    {
        _string = text;
        _text = Encoding.UTF8.GetBytes(text);
        _hash = Hash64.Compute(_text);
        _ignoreCase = ignoreCase;
        _isInteger = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _integer);
        _isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _number);
    }

    public override bool UsesBloom => !_ignoreCase;

    public override ReadOnlySpan<byte> Needle => _ignoreCase ? default : _text;

    public override bool MatchText(ReadOnlySpan<byte> text) => _ignoreCase
        ? string.Equals(Encoding.UTF8.GetString(text), _string, StringComparison.OrdinalIgnoreCase)
        : text.SequenceEqual(_text);

    public override bool MatchInt64(long value) => _isInteger ? value == _integer : _isNumber && value == _number;

    public override bool MatchDouble(double value) => _isNumber && value == _number;

    public override bool MatchBool(bool value) => _string == (value ? "true" : "false");

    public override bool MayMatchBetween(double min, double max) => _isNumber && _number >= min && _number <= max;

    public override bool MayMatchBloom(ReadOnlySpan<byte> bloom) => TokenBloom.MayContain(bloom, _hash);
}
