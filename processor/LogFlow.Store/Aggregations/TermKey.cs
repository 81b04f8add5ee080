using System.Text;

namespace LogFlow.Store;

/// <summary>
/// A value that buckets are made of. Order: numbers, then texts by their UTF-8 bytes, addresses by theirs.
/// </summary>
internal readonly struct TermKey : IComparable<TermKey>, IEquatable<TermKey>
{
    // Of texts: null where they are dotted quads, which are kept as numbers. There are many of them in logs, and a
    // million strings cost more than all the rest of an aggregation.
    private readonly string? _text;

    private TermKey(StoredKind kind, long bits, string? text)
    {
        Kind = kind;
        Bits = bits;
        _text = text;
    }

    public StoredKind Kind { get; }

    /// <summary>Integer, bits of a double, 0 or 1 of a boolean, milliseconds of a time; an IPv4 address.</summary>
    public long Bits { get; }

    public bool IsText => Kind is StoredKind.String or StoredKind.Ip;

    /// <summary>Bytes that its text takes beside it.</summary>
    public int TextBytes => _text is null ? 0 : 24 + (2 * _text.Length);

    public double Number => Kind == StoredKind.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static TermKey Of(in FieldValue value, FieldType type)
    {
        if (value.Kind != StoredKind.String)
        {
            return new TermKey(value.Kind, value.Bits, null);
        }

        var kind = type == FieldType.Ip ? StoredKind.Ip : StoredKind.String;
        return Ipv4Text.TryParse(value.Text.Span, out var address)
            ? new TermKey(kind, address, null)
            : new TermKey(kind, 0, Encoding.UTF8.GetString(value.Text.Span));
    }

    /// <summary>The text of a text.</summary>
    public string GetText() => _text ?? FormatAddress(Bits);

    public bool Equals(TermKey other) => Bits == other.Bits && Kind == other.Kind && _text == other._text;

    public override bool Equals(object? obj) => obj is TermKey other && Equals(other);

    public override int GetHashCode() => _text is null
        ? HashCode.Combine(Kind, Bits)
        : _text.GetHashCode(StringComparison.Ordinal);

    public int CompareTo(TermKey other)
    {
        if (!IsText || !other.IsText)
        {
            return !IsText && !other.IsText ? CompareNumbers(other) : IsText ? 1 : -1;
        }

        var areAddresses = Kind == StoredKind.Ip && other.Kind == StoredKind.Ip;
        if (_text is null && other._text is null)
        {
            return areAddresses ? Bits.CompareTo(other.Bits) : CompareQuads(Bits, other.Bits);
        }

        return areAddresses
            ? IpText.ToSortable(GetText()).AsSpan().SequenceCompareTo(IpText.ToSortable(other.GetText()))
            : CompareUtf8(GetText(), other.GetText());
    }

    private static string FormatAddress(long address)
    {
        Span<byte> text = stackalloc byte[Ipv4Text.LengthMax];
        return Encoding.ASCII.GetString(text[..Ipv4Text.Format(address, text)]);
    }

    /// <summary>As texts: 10.0.0.1 goes before 9.0.0.1.</summary>
    private static int CompareQuads(long a, long b)
    {
        Span<byte> left = stackalloc byte[Ipv4Text.LengthMax];
        Span<byte> right = stackalloc byte[Ipv4Text.LengthMax];
        return left[..Ipv4Text.Format(a, left)].SequenceCompareTo(right[..Ipv4Text.Format(b, right)]);
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
