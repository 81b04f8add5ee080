namespace LogFlow.Processor.Pipeline;

/// <summary>Places in a text that a pattern can ask for.</summary>
internal enum MatchPlace
{
    /// <summary>\A.</summary>
    TextStart,

    /// <summary>\z.</summary>
    TextEnd,

    /// <summary>\Z: the end, or in front of a line end that is the last character.</summary>
    LastLineEnd,

    /// <summary>^: the start of the text or of a line.</summary>
    LineStart,

    /// <summary>$: the end of the text or of a line.</summary>
    LineEnd,

    /// <summary>\b.</summary>
    WordEdge,

    /// <summary>\B.</summary>
    NoWordEdge,
}
