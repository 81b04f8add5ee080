namespace LogFlow.Agent;

/// <summary>What a look at a file's unread bytes gave.</summary>
internal enum ReadStatus
{
    /// <summary>Whole lines are in <see cref="LineReader.Lines"/>.</summary>
    Lines,

    /// <summary>One line over the limit: its kept bytes are in <see cref="LineReader.Lines"/>.</summary>
    LongLine,

    /// <summary>NULs before a long line: they end at <see cref="LineReader.LongLineEnd"/>.</summary>
    Padding,

    /// <summary>No whole line yet: the file ends.</summary>
    EndOfFile,

    /// <summary>No end of a long line found yet, and the file goes on: look again.</summary>
    Searching,

    /// <summary>The bytes before the position are not those that were read: truncated and written anew.</summary>
    Replaced,
}
