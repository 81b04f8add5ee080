namespace LogFlow.Bulk;

/// <summary>What others say, in a length that fits into a line of a log.</summary>
public static class ShortText
{
    private const int LengthMax = 1000;

    /// <summary>The text, or its beginning where it is long.</summary>
    public static string Of(string text) =>
        text.Length <= LengthMax ? text : string.Concat(text.AsSpan(0, LengthMax), "…");
}
