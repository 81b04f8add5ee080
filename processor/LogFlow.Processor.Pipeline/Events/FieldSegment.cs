using System.Globalization;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// One name of a <see cref="FieldReference"/>: as text, as UTF-8, and as a list index where it is a number.
/// </summary>
internal sealed class FieldSegment
{
    public FieldSegment(string name)
    {
        Name = name;
        Utf8 = Encoding.UTF8.GetBytes(name);
        IsIndex = int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index);
        Index = index;
    }

    public string Name { get; }

    public byte[] Utf8 { get; }

    public bool IsIndex { get; }

    /// <summary>The index in a list; negative ones count from its end.</summary>
    public int Index { get; }
}
