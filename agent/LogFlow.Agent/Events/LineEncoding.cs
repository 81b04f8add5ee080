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

    /// <summary>
    /// Code pages whose line feed is a byte of its own wherever it stands: Filebeat's names of them, and .NET's.
    /// </summary>
    private static readonly Dictionary<string, string> CodePages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gbk"] = "gbk",
        ["gb2312"] = "gbk",
        ["gb18030"] = "gb18030",
        ["hz-gb-2312"] = "hz-gb-2312",
        ["big5"] = "big5",
        ["shift_jis"] = "shift_jis",
        ["shift-jis"] = "shift_jis",
        ["sjis"] = "shift_jis",
        ["euc-jp"] = "euc-jp",
        ["iso-2022-jp"] = "iso-2022-jp",
        ["euc-kr"] = "euc-kr",
        ["koi8r"] = "koi8-r",
        ["koi8-r"] = "koi8-r",
        ["koi8u"] = "koi8-u",
        ["koi8-u"] = "koi8-u",
        ["macintosh"] = "macintosh",
        ["macintosh-cyrillic"] = "x-mac-cyrillic",
        ["windows874"] = "windows-874",
        ["iso8859-6e"] = "iso-8859-6",
        ["iso8859-6i"] = "iso-8859-6",
        ["iso8859-8e"] = "iso-8859-8",
        ["iso8859-8i"] = "iso-8859-8-i",
        ["ebcdic-037"] = "ibm037",
        ["ebcdic-1047"] = "ibm1047",
    };

    private readonly UnitKind _kind;
    private readonly Encoding? _codePage;
    private bool _markDecides;

    private LineEncoding(UnitKind kind) => _kind = kind;

    private LineEncoding(Encoding codePage)
    {
        _kind = UnitKind.CodePage;
        _codePage = codePage;
    }

    private enum UnitKind
    {
        Utf8,
        Latin1,
        Windows1252,
        CodePage,
        Utf16Le,
        Utf16Be,
    }

    /// <summary>The names that are supported, for error messages.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Where(name => name.Length > 0)
        .Concat(CodePages.Keys)
        .Append("iso8859-2 to -16, windows1250 to 1258, cp437, cp850 to cp866");

    /// <summary>UTF-8, where bytes are taken as they are.</summary>
    public bool IsUtf8 => _kind == UnitKind.Utf8;

    /// <summary>Bytes of a code unit; terminators start at multiples of it.</summary>
    public int UnitSize => _kind >= UnitKind.Utf16Le ? 2 : 1;

    /// <summary>Whether the file's first bytes decide the byte order.</summary>
    public bool MarkDecides => _markDecides;

    /// <summary>The encoding of that name, or null.</summary>
    public static LineEncoding? Find(string name) => ByName.GetValueOrDefault(name) ?? FindCodePage(name);

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

    private static LineEncoding? FindCodePage(string name)
    {
        var lower = name.ToLowerInvariant();
        var known = CodePages.GetValueOrDefault(lower) ?? lower switch
        {
            _ when lower.StartsWith("iso8859-", StringComparison.Ordinal) => $"iso-8859-{lower[8..]}",
            _ when lower.StartsWith("iso-8859-", StringComparison.Ordinal) => lower,
            _ when lower.StartsWith("windows-125", StringComparison.Ordinal) => lower,
            _ when lower.StartsWith("windows125", StringComparison.Ordinal) => $"windows-{lower[7..]}",
            "cp437" => "ibm437",
            _ when lower.StartsWith("cp8", StringComparison.Ordinal) => lower is "cp866" ? lower : $"ibm{lower[2..]}",
            _ => null,
        };
        if (known is null)
        {
            return null;
        }

        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(known) is { } found
                ? new LineEncoding(found)
                : new LineEncoding(Encoding.GetEncoding(known));
        }
        catch (ArgumentException)
        {
            // .NET has no such code page.
            return null;
        }
    }

    /// <summary>Text as this encoding writes it.</summary>
    public byte[] Encode(string text) => _kind switch
    {
        UnitKind.Utf8 => Encoding.UTF8.GetBytes(text),
        UnitKind.Latin1 or UnitKind.Windows1252 => Encoding.Latin1.GetBytes(text),
        UnitKind.CodePage => _codePage!.GetBytes(text),
        UnitKind.Utf16Le => Encoding.Unicode.GetBytes(text),
        _ => Encoding.BigEndianUnicode.GetBytes(text),
    };

    /// <summary>The most bytes that <see cref="ToUtf8"/> writes.</summary>
    public int Utf8LengthMax(int length) => _kind switch
    {
        UnitKind.Latin1 => length * 2,
        UnitKind.Windows1252 => length * 3,
        UnitKind.CodePage => Encoding.UTF8.GetMaxByteCount(_codePage!.GetMaxCharCount(length)),
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

        if (_codePage is { } codePage)
        {
            var text = ArrayPool<char>.Shared.Rent(codePage.GetMaxCharCount(line.Length));
            try
            {
                return Encoding.UTF8.GetBytes(text.AsSpan(0, codePage.GetChars(line, text)), destination);
            }
            finally
            {
                ArrayPool<char>.Shared.Return(text);
            }
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
