namespace LogFlow.Appliance;

/// <summary>
/// Reads lines of bytes from a stream that may never end. A line ends with a newline, before which a carriage return
/// is dropped; what follows the last newline is a line, too. Holds one line and what was read behind it, no more.
/// </summary>
internal sealed class InputLineReader(Stream input, int lineBytesMax)
{
    private const int ReadBytes = 64 * 1024;

    private byte[] _buffer = new byte[ReadBytes];
    private int _start;
    private int _searched;
    private int _end;
    private bool _isAtEnd;

    /// <summary>The line that was read, without its ending; valid until the next is asked for.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Number of the line that was read, from 1 on.</summary>
    public long Number { get; private set; }

    /// <summary>
    /// Reads the next line. Cancelling ends the wait for input, not the reading itself: the reader is then useless.
    /// </summary>
    public async ValueTask<LineOutcome> NextAsync(CancellationToken cancellationToken)
    {
        var isSkipping = false;
        while (true)
        {
            var newline = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                return Take(_searched + newline, endingBytes: 1, isSkipping);
            }

            _searched = _end;
            if (_isAtEnd)
            {
                return _end > _start || isSkipping ? Take(_end, endingBytes: 0, isSkipping) : LineOutcome.End;
            }

            if (_end - _start > lineBytesMax)
            {
                isSkipping = true;
                _start = _searched = _end = 0;
            }

            await FillAsync(cancellationToken);
        }
    }

    private LineOutcome Take(int lineEnd, int endingBytes, bool isSkipping)
    {
        var line = _buffer.AsMemory(_start, lineEnd - _start);
        _start = _searched = lineEnd + endingBytes;
        Number++;
        Line = line is { Length: > 0 } && line.Span[^1] == '\r' ? line[..^1] : line;
        return isSkipping || Line.Length > lineBytesMax ? LineOutcome.TooLong : LineOutcome.Line;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _searched -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        // Reading a terminal or a pipe cannot be cancelled; the wait for it can.
        var reading = input.ReadAsync(_buffer.AsMemory(_end), CancellationToken.None);
        var count = reading.IsCompletedSuccessfully
            ? reading.Result
            : await reading.AsTask().WaitAsync(cancellationToken);
        _end += count;
        _isAtEnd = count == 0;
    }
}
