namespace LogFlow.Store;

/// <summary>What a place where the needle stands says of its text.</summary>
internal enum NeedleVerdict
{
    /// <summary>The whole text must be judged.</summary>
    Unknown,

    /// <summary>The text matches.</summary>
    Match,

    /// <summary>This place makes no match; a later one may.</summary>
    NoMatch,
}
