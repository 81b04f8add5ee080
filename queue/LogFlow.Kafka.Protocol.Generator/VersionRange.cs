using System.Globalization;

namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>A range of message versions, both ends included. <c>default</c> is the empty range.</summary>
internal readonly struct VersionRange
{
    private readonly int _length;

    public VersionRange(int min, int max)
    {
        Min = min;
        _length = max - min + 1;
    }

    public int Min { get; }

    public int Max => Min + _length - 1;

    public bool IsEmpty => _length <= 0;

    public bool Covers(VersionRange other) => other.IsEmpty || (!IsEmpty && Min <= other.Min && Max >= other.Max);

    public VersionRange Intersect(VersionRange other)
    {
        if (IsEmpty || other.IsEmpty)
        {
            return default;
        }

        var min = Math.Max(Min, other.Min);
        var max = Math.Min(Max, other.Max);
        return max < min ? default : new VersionRange(min, max);
    }

    /// <summary>Parses <c>3</c>, <c>3-7</c> and <c>3+</c>.</summary>
    public static bool TryParse(string text, out VersionRange range)
    {
        range = default;
        if (text.EndsWith("+", StringComparison.Ordinal))
        {
            if (!TryParseVersion(text.Substring(0, text.Length - 1), out var from))
            {
                return false;
            }

            range = new VersionRange(from, short.MaxValue);
            return true;
        }

        var dash = text.IndexOf('-');
        if (!TryParseVersion(dash < 0 ? text : text.Substring(0, dash), out var min))
        {
            return false;
        }

        var max = min;
        if (dash >= 0 && (!TryParseVersion(text.Substring(dash + 1), out max) || max < min))
        {
            return false;
        }

        range = new VersionRange(min, max);
        return true;
    }

    public override string ToString() =>
        IsEmpty ? "none" : Max == short.MaxValue ? $"{Min}+" : Min == Max ? $"{Min}" : $"{Min}-{Max}";

    private static bool TryParseVersion(string text, out int version) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version) && version < short.MaxValue;
}
