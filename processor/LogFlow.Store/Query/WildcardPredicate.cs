using System.Text;

namespace LogFlow.Store;

/// <summary>Texts of a pattern: <c>*</c> anything, <c>?</c> one character, <c>\</c> takes the next literally.</summary>
internal sealed class WildcardPredicate : ValuePredicate
{
    /// <summary>A pattern character: a code point, or one of these.</summary>
    private const int Many = -1;
    private const int One = -2;

    private readonly int[] _pattern;
    private readonly byte[] _needle;
    private readonly bool _ignoreCase;

    public WildcardPredicate(string pattern, bool ignoreCase)
    {
        _ignoreCase = ignoreCase;
        var parts = new List<int>();
        var literal = new StringBuilder();
        var longest = "";
        var isEscaped = false;
        foreach (var rune in pattern.EnumerateRunes())
        {
            if (!isEscaped && rune.Value == '\\')
            {
                isEscaped = true;
                continue;
            }

            if (!isEscaped && (rune.Value is '*' or '?'))
            {
                parts.Add(rune.Value == '*' ? Many : One);
                longest = literal.Length > longest.Length ? literal.ToString() : longest;
                literal.Clear();
            }
            else
            {
                parts.Add(Fold(rune).Value);
                literal.Append(rune.ToString());
            }

            isEscaped = false;
        }

        longest = literal.Length > longest.Length ? literal.ToString() : longest;
        _pattern = [.. parts];
        _needle = ignoreCase ? [] : Encoding.UTF8.GetBytes(longest);
    }

    public override ReadOnlySpan<byte> Needle => _needle;

    public static WildcardPredicate Prefix(string prefix, bool ignoreCase) => new(Escape(prefix) + "*", ignoreCase);

    public override bool MatchText(ReadOnlySpan<byte> text)
    {
        var at = 0;
        var index = 0;
        var retryText = -1;
        var retryPattern = -1;
        while (at < text.Length)
        {
            if (index < _pattern.Length && _pattern[index] == Many)
            {
                (retryPattern, retryText) = (++index, at);
                continue;
            }

            Rune.DecodeFromUtf8(text[at..], out var rune, out var width);
            if (index < _pattern.Length && (_pattern[index] == One || _pattern[index] == Fold(rune).Value))
            {
                index++;
                at += width;
                continue;
            }

            if (retryPattern < 0)
            {
                return false;
            }

            Rune.DecodeFromUtf8(text[retryText..], out _, out width);
            retryText += width;
            (index, at) = (retryPattern, retryText);
        }

        while (index < _pattern.Length && _pattern[index] == Many)
        {
            index++;
        }

        return index == _pattern.Length;
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal)
            .Replace("?", "\\?", StringComparison.Ordinal);

    private Rune Fold(Rune rune) => _ignoreCase ? Rune.ToLowerInvariant(rune) : rune;
}
