using System.Text;

namespace LogFlow.Store;

/// <summary>A value that buckets are made of. Order: numbers, then texts by their UTF-8 bytes,
/// addresses by theirs.</summary>
internal readonly record struct TermKey(StoredKind Kind, long Bits, string? Text) : IComparable<TermKey>
{
    public double Number => Kind == StoredKind.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static TermKey Of(in FieldValue value, FieldType type) => new(
        type == FieldType.Ip ? StoredKind.Ip : value.Kind, value.Bits,
        value.Kind == StoredKind.String ? Encoding.UTF8.GetString(value.Text.Span) : null);

    public int CompareTo(TermKey other)
    {
        if (Text is null || other.Text is null)
        {
            return Text is null && other.Text is null ? CompareNumbers(other) : Text is null ? -1 : 1;
        }

        return Kind == StoredKind.Ip && other.Kind == StoredKind.Ip
            ? IpText.ToSortable(Text).AsSpan().SequenceCompareTo(IpText.ToSortable(other.Text))
            : CompareUtf8(Text, other.Text);
    }

    private int CompareNumbers(TermKey other)
    {
        var order = Kind == StoredKind.Double || other.Kind == StoredKind.Double
            ? Number.CompareTo(other.Number)
            : Bits.CompareTo(other.Bits);
        return order != 0 ? order : Kind.CompareTo(other.Kind);
    }

    /// <summary>Compares as the UTF-8 forms would: by code points, where UTF-16 would misplace surrogates.</summary>
    private static int CompareUtf8(string a, string b)
    {
        var length = Math.Min(a.Length, b.Length);
        for (var i = 0; i < length; i++)
        {
            if (a[i] != b[i])
            {
                var (left, right) = (char.IsSurrogate(a[i]), char.IsSurrogate(b[i]));
                return left != right ? (left ? 1 : -1) : a[i].CompareTo(b[i]);
            }
        }

        return a.Length.CompareTo(b.Length);
    }
}
