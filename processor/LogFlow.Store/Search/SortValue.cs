using System.Text;
using System.Text.Json;

namespace LogFlow.Store;

/// <summary>What documents are ordered by: a number, a text, or nothing.</summary>
internal readonly record struct SortValue(StoredKind Kind, long Bits, byte[]? Text)
{
    public static SortValue Missing => default;

    public static SortValue Of(in FieldValue value, FieldType type) => type == FieldType.Ip
        ? new(StoredKind.Ip, 0, IpText.ToSortable(Encoding.UTF8.GetString(value.Text.Span)))
        : new(value.Kind, value.Bits, value.Kind == StoredKind.String ? value.Text.ToArray() : null);

    private double Number => Kind == StoredKind.Double ? BitConverter.Int64BitsToDouble(Bits) : Bits;

    /// <summary>Ascending order of two values that are there.</summary>
    public static int Compare(in SortValue a, in SortValue b)
    {
        if (a.Text is not null && b.Text is not null)
        {
            return a.Text.AsSpan().SequenceCompareTo(b.Text);
        }

        if (a.Text is null && b.Text is null)
        {
            return a.Kind == StoredKind.Double || b.Kind == StoredKind.Double
                ? a.Number.CompareTo(b.Number)
                : a.Bits.CompareTo(b.Bits);
        }

        return a.Text is null ? -1 : 1;
    }

    public void Write(Utf8JsonWriter output)
    {
        switch (Kind)
        {
            case StoredKind.None:
                output.WriteNullValue();
                break;
            case StoredKind.String:
                output.WriteStringValue(Text);
                break;
            case StoredKind.Ip:
                output.WriteStringValue(IpText.FromSortable(Text!));
                break;
            case StoredKind.Double:
                output.WriteNumberValue(Number);
                break;
            default:
                output.WriteNumberValue(Bits);
                break;
        }
    }

    /// <summary>A value of <c>search_after</c>.</summary>
    public static SortValue Parse(JsonElement element, SortField field)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Null:
                return Missing;
            case JsonValueKind.Number when element.TryGetInt64(out var integer):
                return new SortValue(StoredKind.Int64, integer, null);
            case JsonValueKind.Number:
                return new SortValue(StoredKind.Double, BitConverter.DoubleToInt64Bits(element.GetDouble()), null);
            case JsonValueKind.String when field.IsDate:
                return new SortValue(
                    StoredKind.Time, DateMath.Parse(element.GetString()!, false, 0, TimeZoneInfo.Utc, null), null);
            case JsonValueKind.String when field.IsIp:
                return IpText.TryParse(Encoding.UTF8.GetBytes(element.GetString()!), out var address)
                    ? new SortValue(StoredKind.Ip, 0, address.MapToIPv6().GetAddressBytes())
                    : throw QueryException.Parsing($"[search_after] '{element.GetString()}' is not an IP address");
            case JsonValueKind.String:
                return new SortValue(StoredKind.String, 0, Encoding.UTF8.GetBytes(element.GetString()!));
            case JsonValueKind.True or JsonValueKind.False:
                return new SortValue(StoredKind.Bool, element.ValueKind == JsonValueKind.True ? 1 : 0, null);
            default:
                throw QueryException.Parsing("[search_after] must hold values");
        }
    }
}
