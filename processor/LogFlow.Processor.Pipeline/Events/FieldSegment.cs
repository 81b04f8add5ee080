using System.Buffers;
using System.Globalization;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// One name of a <see cref="FieldReference"/>: as text, as UTF-8, as JSON, and as a list index where it is a number.
/// </summary>
internal sealed class FieldSegment
{
    public FieldSegment(string name)
    {
        Name = name;
        Utf8 = Encoding.UTF8.GetBytes(name);
        FilterBit = FilterBitOf(Utf8);
        IsIndex = int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index);
        Index = index;
        JsonName = ToJson(name);
    }

    public string Name { get; }

    public byte[] Utf8 { get; }

    /// <summary>The name's bit in <see cref="EventMap"/>'s set of names.</summary>
    public ulong FilterBit { get; }

    /// <summary><c>,"name":</c> as it stands between two members.</summary>
    public byte[] JsonName { get; }

    public bool IsIndex { get; }

    /// <summary>The index in a list; negative ones count from its end.</summary>
    public int Index { get; }

    /// <summary>
    /// Where the name was found last. Events of one source have their fields in the same places, so looking there
    /// first mostly ends the search. Any thread may write it: it is checked before it is believed.
    /// </summary>
    public int Hint { get; set; }

    /// <summary>One of 64 bits for a name in UTF-8: names with different bits differ.</summary>
    public static ulong FilterBitOf(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return 1;
        }
        // Field names differ in their ends and lengths; the multiplication spreads that over the upper bits.
        var hash = (uint)(utf8.Length | (utf8[0] << 8) | (utf8[^1] << 16) | (utf8[utf8.Length / 2] << 24));
        return 1UL << (int)((hash * 0x9E3779B1u) >> 26);
    }

    private static byte[] ToJson(string name)
    {
        var buffer = new ArrayBufferWriter<byte>(name.Length + 4);
        var output = new JsonOutput(buffer);
        output.Byte((byte)',');
        output.String(name);
        output.Byte((byte)':');
        output.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
