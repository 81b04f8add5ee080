using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace LogFlow.Agent;

/// <summary>
/// How a file's bytes become UTF-8: what a code unit is, which byte order mark opens the file, and the conversion of
/// one line. Filebeat's names.
/// </summary>
internal sealed class LineEncoding
{
    /// <summary>The characters of 0x80 to 0x9F; five bytes stand for themselves, as the W3C says.</summary>
    private const string Windows1252 =
        "\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F"
        + "\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178";

    private static readonly LineEncoding Utf16Le = new(UnitKind.Utf16Le);
    private static readonly LineEncoding Utf16Be = new(UnitKind.Utf16Be);

    private static readonly Dictionary<string, LineEncoding> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["plain"] = new(UnitKind.Utf8),
        [""] = new(UnitKind.Utf8),
        ["utf-8"] = new(UnitKind.Utf8),
        ["utf8"] = new(UnitKind.Utf8),
        ["nop"] = new(UnitKind.Utf8),

        // As in Filebeat, which takes what is not in its own table for a W3C label.
        ["latin1"] = new(UnitKind.Windows1252),
        ["windows-1252"] = new(UnitKind.Windows1252),
        ["windows1252"] = new(UnitKind.Windows1252),
        ["iso8859-1"] = new(UnitKind.Latin1),
        ["utf-16le"] = Utf16Le,
        ["utf-16be"] = Utf16Be,
        ["utf-16le-bom"] = new(UnitKind.Utf16Le) { _markDecides = true },
        ["utf-16be-bom"] = new(UnitKind.Utf16Be) { _markDecides = true },
        ["utf-16-bom"] = new(UnitKind.Utf16Be) { _markDecides = true },
    };

    private readonly UnitKind _kind;
    private bool _markDecides;

    private LineEncoding(UnitKind kind) => _kind = kind;

    private enum UnitKind
    {
        Utf8,
        Latin1,
        Windows1252,
        Utf16Le,
        Utf16Be,
    }

    /// <summary>The names that are supported, for error messages.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Where(name => name.Length > 0);

    /// <summary>UTF-8, where bytes are taken as they are.</summary>
    public bool IsUtf8 => _kind == UnitKind.Utf8;

    /// <summary>Bytes of a code unit; terminators start at multiples of it.</summary>
    public int UnitSize => _kind >= UnitKind.Utf16Le ? 2 : 1;

    /// <summary>Whether the file's first bytes decide the byte order.</summary>
    public bool MarkDecides => _markDecides;

    /// <summary>The encoding of that name, or null.</summary>
    public static LineEncoding? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The encoding of one file, whose first bytes may decide the byte order.</summary>
    public LineEncoding Resolve(ReadOnlySpan<byte> head) => !_markDecides || head.Length < 2
        ? this
        : (head[0], head[1]) switch
        {
            (0xFF, 0xFE) => Utf16Le,
            (0xFE, 0xFF) => Utf16Be,
            _ => this,
        };

    /// <summary>Bytes of the byte order mark that a file's first line starts with.</summary>
    public int MarkLength(ReadOnlySpan<byte> firstLine) => _kind switch
    {
        UnitKind.Utf8 => firstLine.StartsWith("\uFEFF"u8) ? 3 : 0,
        UnitKind.Utf16Le => firstLine.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? 2 : 0,
        UnitKind.Utf16Be => firstLine.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? 2 : 0,
        _ => 0,
    };

    /// <summary>Text as this encoding writes it.</summary>
    public byte[] Encode(string text) => _kind switch
    {
        UnitKind.Utf8 => Encoding.UTF8.GetBytes(text),
        UnitKind.Latin1 or UnitKind.Windows1252 => Encoding.Latin1.GetBytes(text),
        UnitKind.Utf16Le => Encoding.Unicode.GetBytes(text),
        _ => Encoding.BigEndianUnicode.GetBytes(text),
    };

    /// <summary>The most bytes that <see cref="ToUtf8"/> writes.</summary>
    public int Utf8LengthMax(int length) => _kind switch
    {
        UnitKind.Latin1 => length * 2,
        UnitKind.Windows1252 => length * 3,
        _ => (length * 2) + 3,
    };

    /// <summary>Converts a line; what is not a character becomes U+FFFD. Not for UTF-8 itself.</summary>
    /// <returns>Bytes written.</returns>
    public int ToUtf8(ReadOnlySpan<byte> line, Span<byte> destination)
    {
        if (_kind is UnitKind.Latin1 or UnitKind.Windows1252)
        {
            var written = 0;
            foreach (var letter in line)
            {
                if (letter < 0x80)
                {
                    destination[written++] = letter;
                }
                else if (letter < 0xA0 && _kind == UnitKind.Windows1252)
                {
                    written += new Rune(Windows1252[letter - 0x80]).EncodeToUtf8(destination[written..]);
                }
                else
                {
                    destination[written++] = (byte)(0xC0 | (letter >> 6));
                    destination[written++] = (byte)(0x80 | (letter & 0x3F));
                }
            }

            return written;
        }

        var units = ArrayPool<char>.Shared.Rent((line.Length + 1) / 2);
        try
        {
            var count = 0;
            for (; line.Length >= 2; line = line[2..])
            {
                units[count++] = (char)(_kind == UnitKind.Utf16Le
                    ? BinaryPrimitives.ReadUInt16LittleEndian(line)
                    : BinaryPrimitives.ReadUInt16BigEndian(line));
            }

            if (line.Length == 1)
            {
                units[count++] = '\uFFFD';
            }

            return Encoding.UTF8.GetBytes(units.AsSpan(0, count), destination);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(units);
        }
    }
}
