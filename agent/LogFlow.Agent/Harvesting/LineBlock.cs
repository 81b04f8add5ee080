using System.Text.Unicode;

namespace LogFlow.Agent;

/// <summary>
/// Walks the lines of a block that <see cref="LineReader"/> read: for each line its content, where it starts, and
/// whether it was cut. Also keeps which bytes count for a range's checksum: of a cut line only those that are kept, so
/// that it does not matter in which blocks a line is met.
/// </summary>
internal ref struct LineBlock
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly LineFramer _framer;
    private readonly LineEncoding _encoding;
    private readonly int _lineLengthMax;
    private readonly long _position;
    private int _next;

    /// <summary>A block of whole lines.</summary>
    /// <param name="data">The lines.</param>
    /// <param name="position">Where they start in the file.</param>
    /// <param name="framer">What ends a line.</param>
    /// <param name="encoding">What the bytes are.</param>
    /// <param name="lineLengthMax">Bytes of a line that are kept.</param>
    public LineBlock(
        ReadOnlySpan<byte> data, long position, LineFramer framer, LineEncoding encoding, int lineLengthMax)
    {
        _data = data;
        _position = position;
        _framer = framer;
        _encoding = encoding;
        _lineLengthMax = lineLengthMax;
    }

    /// <summary>The line, without terminator and byte order mark, cut to the limit.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>Where the line starts in the block.</summary>
    public int Start { get; private set; }

    /// <summary>Where the next line starts in the block.</summary>
    public readonly int End => _next;

    /// <summary>NULs at the line's beginning, which are passed over.</summary>
    public int PaddingLength { get; private set; }

    /// <summary>Where the line's text starts in the block, behind its padding.</summary>
    public readonly int TextStart => Start + PaddingLength;

    /// <summary>Bytes of the line, from <see cref="TextStart"/>, that count for the checksum.</summary>
    public int ChecksumLength { get; private set; }

    /// <summary>The line was longer than the limit.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>The line has no content: it makes no event. Matches Filebeat.</summary>
    public readonly bool IsEmpty => Line.IsEmpty;

    /// <summary>Whether all of the block is valid UTF-8; looked at once, with vector instructions.</summary>
    public static bool IsValidUtf8(ReadOnlySpan<byte> data) => Utf8.IsValid(data);

    /// <summary>Steps to the next line.</summary>
    public bool MoveNext()
    {
        var end = _framer.FindEnd(_data[_next..], _position + _next, out var length);
        if (end < 0)
        {
            return false;
        }

        Start = _next;
        _next += end;
        PaddingLength = _framer.PaddingLength(_data.Slice(Start, length));
        length -= PaddingLength;
        IsTruncated = length > _lineLengthMax;
        ChecksumLength = IsTruncated ? _lineLengthMax : end - PaddingLength;
        Line = Cut(_data.Slice(TextStart, length), _position + TextStart, _lineLengthMax, _encoding);
        return true;
    }

    /// <summary>The part of a line that is sent: without byte order mark, cut at a character.</summary>
    public static ReadOnlySpan<byte> Cut(
        ReadOnlySpan<byte> line, long position, int lengthMax, LineEncoding encoding)
    {
        if (line.Length > lengthMax)
        {
            var length = encoding.IsUtf8
                ? JsonStringWriter.CharacterBoundary(line, lengthMax)
                : lengthMax - (lengthMax % encoding.UnitSize);
            line = line[..length];
        }

        return position == 0 ? line[encoding.MarkLength(line)..] : line;
    }
}
