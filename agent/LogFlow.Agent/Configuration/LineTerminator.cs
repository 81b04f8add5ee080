namespace LogFlow.Agent;

/// <summary>What ends a line; Filebeat's names.</summary>
public enum LineTerminator
{
    /// <summary>LF; a CR before it is taken off.</summary>
    Auto,

    /// <summary>LF.</summary>
    LineFeed,

    /// <summary>CR LF.</summary>
    CarriageReturnLineFeed,

    /// <summary>CR.</summary>
    CarriageReturn,

    /// <summary>VT.</summary>
    VerticalTab,

    /// <summary>FF.</summary>
    FormFeed,

    /// <summary>U+0085.</summary>
    NextLine,

    /// <summary>U+2028.</summary>
    LineSeparator,

    /// <summary>U+2029.</summary>
    ParagraphSeparator,

    /// <summary>NUL.</summary>
    NullTerminator,
}
