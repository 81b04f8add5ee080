using System.Globalization;
using System.Text;

namespace LogFlow.Store;

/// <summary>Values between two bounds: numbers by number, texts by their bytes.</summary>
internal sealed class RangePredicate : ValuePredicate
{
    private readonly byte[]? _low;
    private readonly byte[]? _high;
    private readonly bool _includesLowAsked;
    private readonly bool _includesHighAsked;

    // Of integers: adjusted for fractions in the bounds.
    private readonly bool _includesLow;
    private readonly bool _includesHigh;
    private readonly double _lowNumber = double.NegativeInfinity;
    private readonly double _highNumber = double.PositiveInfinity;
    private readonly long _lowInteger = long.MinValue;
    private readonly long _highInteger = long.MaxValue;
    private readonly bool _isNumeric = true;

    /// <param name="low">Lower bound; null: none.</param>
    /// <param name="includesLow">Whether the lower bound itself matches.</param>
    /// <param name="high">Upper bound; null: none.</param>
    /// <param name="includesHigh">Whether the upper bound itself matches.</param>
    public RangePredicate(string? low, bool includesLow, string? high, bool includesHigh)
    {
        (_includesLowAsked, _includesHighAsked) = (includesLow || low is null, includesHigh || high is null);
        (_includesLow, _includesHigh) = (includesLow || low is null, includesHigh || high is null);
        if (low is not null)
        {
            _low = Encoding.UTF8.GetBytes(low);
            _isNumeric &= TryNumber(low, out _lowNumber);
            _lowInteger = ToInteger(low, _lowNumber, roundUp: true, ref _includesLow);
        }

        if (high is not null)
        {
            _high = Encoding.UTF8.GetBytes(high);
            _isNumeric &= TryNumber(high, out _highNumber);
            _highInteger = ToInteger(high, _highNumber, roundUp: false, ref _includesHigh);
        }
    }

    public override bool MatchText(ReadOnlySpan<byte> text)
    {
        if (_low is not null && text.SequenceCompareTo(_low) is var low
            && (low < 0 || (low == 0 && !_includesLowAsked)))
        {
            return false;
        }

        return _high is null
            || (text.SequenceCompareTo(_high) is var high && (high < 0 || (high == 0 && _includesHighAsked)));
    }

    public override bool MatchInt64(long value) => _isNumeric
        && (_includesLow ? value >= _lowInteger : value > _lowInteger)
        && (_includesHigh ? value <= _highInteger : value < _highInteger);

    public override bool MatchDouble(double value) => _isNumeric
        && (_includesLowAsked ? value >= _lowNumber : value > _lowNumber)
        && (_includesHighAsked ? value <= _highNumber : value < _highNumber);

    public override bool MatchBool(bool value) => MatchText(value ? "true"u8 : "false"u8);

    public override bool MayMatchBetween(double min, double max) =>
        _isNumeric && max >= _lowNumber && min <= _highNumber;

    public override bool MatchesAllBetween(double min, double max) =>
        _isNumeric && min > _lowNumber && max < _highNumber;

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    /// <summary>A bound of integers: 400.5 from below is 401, included; from above 400, included.</summary>
    private static long ToInteger(string text, double number, bool roundUp, ref bool includes)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return integer;
        }

        var rounded = roundUp ? Math.Ceiling(number) : Math.Floor(number);
        includes |= rounded != number;
        return rounded >= long.MaxValue ? long.MaxValue : rounded <= long.MinValue ? long.MinValue : (long)rounded;
    }
}
