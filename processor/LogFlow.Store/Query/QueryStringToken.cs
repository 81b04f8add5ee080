namespace LogFlow.Store;

internal enum QueryTokenKind
{
    End,
    Term,
    Wildcard,
    Quoted,
    Regex,
    And,
    Or,
    Not,
    Plus,
    Minus,
    Open,
    Close,
    Colon,
    Caret,
    Fuzzy,
    RangeOpen,
    RangeClose,
    Star,
}

/// <summary>A token of Lucene's query syntax; its text is as written, escapes included.</summary>
internal readonly record struct QueryStringToken(QueryTokenKind Kind, string Text, int Position);
