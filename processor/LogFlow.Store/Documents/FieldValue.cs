using System.Buffers.Text;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// One value of a field in one document. Texts point into the block's page: copy what outlives the scan.
/// </summary>
internal readonly struct FieldValue
{
    private FieldValue(StoredKind kind, long bits, ReadOnlyMemory<byte> text)
    {
        Kind = kind;
        Bits = bits;
        Text = text;
    }

    public StoredKind Kind { get; }

    /// <summary>Integer, bits of a double, 0 or 1 of a boolean, milliseconds of a time.</summary>
    public long Bits { get; }

    public ReadOnlyMemory<byte> Text { get; }

    public double Number => Kind == StoredKind.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static FieldValue OfText(ReadOnlyMemory<byte> text) => new(StoredKind.String, 0, text);

    public static FieldValue OfInt64(long value) => new(StoredKind.Int64, value, default);

    public static FieldValue OfDouble(double value) =>
        new(StoredKind.Double, BitConverter.DoubleToInt64Bits(value), default);

    public static FieldValue OfBool(bool value) => new(StoredKind.Bool, value ? 1 : 0, default);

    public static FieldValue OfTime(long ms) => new(StoredKind.Time, ms, default);

    /// <summary>
    /// The value as the field's type indexes it; false where it is not indexed (a long keyword, a malformed address).
    /// </summary>
    public bool TryNormalize(FieldType type, out FieldValue value)
    {
        value = this;
        switch (type)
        {
            case FieldType.Dynamic:
                return Kind != StoredKind.String || IsIndexable(Text.Span);
            case FieldType.Keyword:
                value = Kind == StoredKind.String ? this : OfText(ToText());
                return IsIndexable(value.Text.Span);
            case FieldType.Text:
                value = Kind == StoredKind.String ? this : OfText(ToText());
                return true;
            case FieldType.Date:
                return TryToTime(out value);
            case FieldType.Ip:
                if (Kind == StoredKind.String && IpText.TryNormalize(Text, out var address))
                {
                    value = OfText(address);
                    return true;
                }

                return false;
            default:
                return TryToInt64(out value);
        }
    }

    public static bool IsIndexable(ReadOnlySpan<byte> keyword) =>
        keyword.Length <= FieldTypes.KeywordCharsMax
        || Encoding.UTF8.GetCharCount(keyword) <= FieldTypes.KeywordCharsMax;

    /// <summary>The value's text; of numbers as JSON writes them.</summary>
    public ReadOnlyMemory<byte> ToText()
    {
        if (Kind == StoredKind.String)
        {
            return Text;
        }

        var output = new ByteWriter(32);
        WriteJson(output);
        return Kind == StoredKind.Time ? output.WrittenMemory[1..^1] : output.WrittenMemory;
    }

    public void WriteJson(ByteWriter output)
    {
        switch (Kind)
        {
            case StoredKind.String:
                JsonValueWriter.WriteString(output, Text.Span);
                break;
            case StoredKind.Int64:
                JsonValueWriter.WriteInt64(output, Bits);
                break;
            case StoredKind.Double:
                JsonValueWriter.WriteDouble(output, Number);
                break;
            case StoredKind.Bool:
                output.Write(Bits != 0 ? "true"u8 : "false"u8);
                break;
            case StoredKind.Time:
                output.WriteByte((byte)'"');
                output.Advance(TimeText.Format(Bits, 3, output.GetSpan(40)));
                output.WriteByte((byte)'"');
                break;
            default:
                output.Write("null"u8);
                break;
        }
    }

    private bool TryToTime(out FieldValue value)
    {
        value = this;
        switch (Kind)
        {
            case StoredKind.Time:
                return true;
            case StoredKind.Int64:
                value = OfTime(Bits);
                return true;
            case StoredKind.String when TimeText.TryParse(Text.Span, out var ms):
                value = OfTime(ms);
                return true;
            default:
                return false;
        }
    }

    private bool TryToInt64(out FieldValue value)
    {
        value = this;
        switch (Kind)
        {
            case StoredKind.Int64:
                return true;
            case StoredKind.Double:
                value = OfInt64((long)Number);
                return true;
            case StoredKind.String when Utf8Parser.TryParse(Text.Span, out double number, out var used)
                && used == Text.Length && used > 0 && double.IsFinite(number):
                value = OfInt64((long)number);
                return true;
            default:
                return false;
        }
    }
}
