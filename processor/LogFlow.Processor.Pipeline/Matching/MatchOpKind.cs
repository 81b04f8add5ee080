namespace LogFlow.Processor.Pipeline;

/// <summary>What a <see cref="MatchOp"/> does.</summary>
internal enum MatchOpKind : byte
{
    /// <summary>The pattern has matched.</summary>
    Matched,

    /// <summary>One certain character.</summary>
    Char,

    /// <summary>A text.</summary>
    Text,

    /// <summary>One character of a set.</summary>
    One,

    /// <summary>As many characters of a set as there are; none is ever given back.</summary>
    Run,

    /// <summary>As many characters of a set as there are; given back one by one.</summary>
    Greedy,

    /// <summary>As few characters of a set as possible; taken one by one.</summary>
    Lazy,

    /// <summary>One of several ways.</summary>
    Choose,

    CaptureStart,
    CaptureEnd,
    Place,
    Behind,
    NotBehind,
    BehindText,
    NotBehindText,
    AtomicStart,
    AtomicEnd,
    AheadStart,
    AheadEnd,
    NotAheadStart,
    NotAheadEnd,
}
