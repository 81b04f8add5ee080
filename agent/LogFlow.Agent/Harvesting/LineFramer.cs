namespace LogFlow.Agent;

/// <summary>Finds where lines end. Immutable; one per input and encoding.</summary>
internal sealed class LineFramer
{
    private readonly byte[] _terminator;
    private readonly byte[] _carriageReturn;
    private readonly int _unitSize;
    private readonly bool _isNullTerminated;

    /// <summary>Makes a framer.</summary>
    public LineFramer(LineTerminator terminator, LineEncoding encoding)
    {
        _terminator = encoding.Encode(terminator switch
        {
            LineTerminator.CarriageReturnLineFeed => "\r\n",
            LineTerminator.CarriageReturn => "\r",
            LineTerminator.VerticalTab => "\v",
            LineTerminator.FormFeed => "\f",
            LineTerminator.NextLine => "\u0085",
            LineTerminator.LineSeparator => "\u2028",
            LineTerminator.ParagraphSeparator => "\u2029",
            LineTerminator.NullTerminator => "\0",
            _ => "\n",
        });
        _carriageReturn = terminator == LineTerminator.Auto ? encoding.Encode("\r") : [];
        _unitSize = encoding.UnitSize;
        _isNullTerminated = terminator == LineTerminator.NullTerminator;
    }

    /// <summary>Bytes of a terminator.</summary>
    public int TerminatorLength => _terminator.Length;

    /// <summary>
    /// The number of bytes up to and including the next terminator, or -1. <paramref name="contentLength"/> is the
    /// line without it (and, for <see cref="LineTerminator.Auto"/>, without a CR before it).
    /// </summary>
    /// <param name="data">Bytes to look at, from a line's start.</param>
    /// <param name="filePosition">Where they lie in the file: a two-byte unit starts at an even position.</param>
    /// <param name="contentLength">The line's length.</param>
    public int FindEnd(ReadOnlySpan<byte> data, long filePosition, out int contentLength)
    {
        contentLength = IndexOfTerminator(data, filePosition);
        if (contentLength < 0)
        {
            return -1;
        }

        var end = contentLength + _terminator.Length;
        if (_carriageReturn.Length > 0 && data[..contentLength].EndsWith(_carriageReturn))
        {
            contentLength -= _carriageReturn.Length;
        }

        return end;
    }

    /// <summary>
    /// Bytes of a line's beginning that are NUL characters: what truncation under a writer, or a power cut, leaves in
    /// the place of text. They are no part of the line.
    /// </summary>
    public int PaddingLength(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] != 0 || _isNullTerminated)
        {
            return 0;
        }

        var length = line.IndexOfAnyExcept((byte)0);
        length = length < 0 ? line.Length : length;
        return length - (length % _unitSize);
    }

    /// <summary>Where the last terminator starts, or -1. For terminators of one byte only.</summary>
    public int LastIndexOfTerminator(ReadOnlySpan<byte> data) => data.LastIndexOf(_terminator[0]);

    /// <summary>Where the next terminator starts, or -1.</summary>
    public int IndexOfTerminator(ReadOnlySpan<byte> data, long filePosition)
    {
        if (_terminator.Length == 1)
        {
            return data.IndexOf(_terminator[0]);
        }

        var from = 0;
        while (true)
        {
            var found = data[from..].IndexOf(_terminator);
            if (found < 0)
            {
                return -1;
            }

            found += from;
            if (((filePosition + found) & (_unitSize - 1)) == 0)
            {
                return found;
            }

            from = found + 1;
        }
    }
}
