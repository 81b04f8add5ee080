namespace LogFlow.Agent;

/// <summary>
/// What parsers hand on: a line at first, then what they made of it and those after it. Owned by one
/// <see cref="MessageAssembler"/>, which uses it again when its event is made.
/// </summary>
internal sealed class AssembledMessage
{
    private byte[] _bytes = new byte[1024];

    /// <summary>Where its first line starts in the file.</summary>
    public long Start { get; set; }

    /// <summary>Where the line after its last one starts.</summary>
    public long End { get; set; }

    /// <summary>Bytes of the message.</summary>
    public int Length { get; private set; }

    /// <summary>The message, UTF-8.</summary>
    public ReadOnlySpan<byte> Text => _bytes.AsSpan(0, Length);

    /// <summary>Something did not fit.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>It has more than one line.</summary>
    public bool IsMultiline { get; set; }

    /// <summary>The time that a parser found; null: that of reading.</summary>
    public DateTimeOffset? Timestamp { get; set; }

    /// <summary>stdout or stderr, of a container.</summary>
    public string? Stream { get; set; }

    /// <summary>Fields that parsers found, set as they are.</summary>
    public EventObject? Fields { get; set; }

    /// <summary>A JSON document, and who decoded it.</summary>
    public EventObject? Json { get; set; }

    /// <summary>Who decoded <see cref="Json"/>.</summary>
    public JsonStage? JsonStage { get; set; }

    /// <summary>The line was JSON without a message of its own.</summary>
    public bool HasNoMessage { get; set; }

    /// <summary>What went wrong in parsing.</summary>
    public string? Error { get; set; }

    /// <summary>The kind of <see cref="Error"/>.</summary>
    public string ErrorType { get; set; } = "";

    /// <summary>Becomes a line.</summary>
    public void Set(ReadOnlySpan<byte> text, long start, long end, bool isTruncated)
    {
        (Start, End, IsTruncated, IsMultiline) = (start, end, isTruncated, false);
        (Timestamp, Stream, Fields, Json, JsonStage, HasNoMessage) = (null, null, null, null, null, false);
        (Error, ErrorType) = (null, "");
        Length = 0;
        Append(text);
    }

    /// <summary>Another text in the place of this one.</summary>
    public void Replace(ReadOnlySpan<byte> text)
    {
        // It may be a part of what is here.
        var length = text.Length;
        if (_bytes.Length < length)
        {
            var bytes = new byte[length];
            text.CopyTo(bytes);
            _bytes = bytes;
        }
        else
        {
            text.CopyTo(_bytes);
        }

        Length = length;
    }

    /// <summary>More text.</summary>
    public void Append(ReadOnlySpan<byte> text)
    {
        if (_bytes.Length < Length + text.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Length + text.Length, _bytes.Length * 2));
        }

        text.CopyTo(_bytes.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Appends as much as the limit leaves room for; what does not fit is said.</summary>
    public void AppendBounded(ReadOnlySpan<byte> text, int lengthMax)
    {
        var room = Math.Max(0, lengthMax - Length);
        if (text.Length > room)
        {
            IsTruncated = true;
            text = text[..JsonStringWriter.CharacterBoundary(text, room)];
        }

        Append(text);
    }
}
