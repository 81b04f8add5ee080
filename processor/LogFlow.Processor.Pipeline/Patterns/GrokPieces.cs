namespace LogFlow.Processor.Pipeline;

/// <summary>
/// The pieces of a grok pattern that stand one behind the other: a name, a group, a class, a character, each with its
/// quantifier. A text that matches the pattern matches each of its beginnings, so the longest beginning that still
/// matches says how far a text got.
/// </summary>
internal static class GrokPieces
{
    /// <summary>Where each piece ends; empty where the pattern is a choice, whose parts do not follow each other.
    /// </summary>
    public static IReadOnlyList<int> Ends(string pattern)
    {
        var ends = new List<int>();
        var position = 0;
        while (position < pattern.Length)
        {
            if (pattern[position] == '|')
            {
                return [];
            }
            position = SkipQuantifier(pattern, SkipPiece(pattern, position));
            ends.Add(position);
        }
        return ends;
    }

    /// <summary>What stands in a pattern from a place on, as somebody would name it: a piece, or some characters.
    /// </summary>
    public static string Name(string pattern, IReadOnlyList<int> ends, int piece)
    {
        var start = piece == 0 ? 0 : ends[piece - 1];
        var end = ends[piece];
        if (IsPlain(pattern, start))
        {
            while (++piece < ends.Count && IsPlain(pattern, end) && ends[piece] == end + 1)
            {
                end = ends[piece];
            }
        }
        return pattern[start..end];
    }

    private static bool IsPlain(string pattern, int position) =>
        !@"\[(%.^$".Contains(pattern[position], StringComparison.Ordinal);

    private static int SkipPiece(string pattern, int start)
    {
        var next = start + 1 < pattern.Length ? pattern[start + 1] : '\0';
        return pattern[start] switch
        {
            '\\' => SkipEscape(pattern, start, next),
            '[' => SkipClass(pattern, start),
            '(' => SkipGroup(pattern, start),
            '%' when next == '{' => SkipBraces(pattern, start + 1),
            _ => start + 1,
        };
    }

    private static int SkipEscape(string pattern, int start, char kind) => kind switch
    {
        'k' or 'g' when pattern.IndexOf('>', start) is >= 0 and var end => end + 1,
        'p' or 'P' or 'x' when start + 2 < pattern.Length && pattern[start + 2] == '{' =>
            SkipBraces(pattern, start + 2),
        'x' => SkipDigits(pattern, start + 2, 2),
        'u' => SkipDigits(pattern, start + 2, 4),
        _ => Math.Min(start + 2, pattern.Length),
    };

    private static int SkipDigits(string pattern, int start, int most)
    {
        var end = start;
        while (end < pattern.Length && end < start + most && char.IsAsciiHexDigit(pattern[end]))
        {
            end++;
        }
        return Math.Min(end, pattern.Length);
    }

    private static int SkipClass(string pattern, int start)
    {
        var position = start + 1;
        position += position < pattern.Length && pattern[position] == '^' ? 1 : 0;
        // A bracket that stands first is a character of the class.
        position += position < pattern.Length && pattern[position] == ']' ? 1 : 0;
        while (position < pattern.Length && pattern[position] != ']')
        {
            position = pattern[position] switch
            {
                '\\' => position + 2,
                '[' => SkipClass(pattern, position),
                _ => position + 1,
            };
        }
        return Math.Min(position + 1, pattern.Length);
    }

    private static int SkipGroup(string pattern, int start)
    {
        // (?<[log][level]>: the brackets are a field's.
        var close = string.CompareOrdinal(pattern, start, "(?<", 0, 3) == 0
            && start + 3 < pattern.Length && pattern[start + 3] is not ('=' or '!')
                ? pattern.IndexOf('>', start)
                : -1;
        var position = Math.Max(close, start) + 1;
        while (position < pattern.Length && pattern[position] != ')')
        {
            position = SkipPiece(pattern, position);
        }
        return Math.Min(position + 1, pattern.Length);
    }

    private static int SkipBraces(string pattern, int open)
    {
        var depth = 0;
        for (var position = open; position < pattern.Length; position++)
        {
            depth += pattern[position] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return position + 1;
            }
        }
        return pattern.Length;
    }

    private static int SkipQuantifier(string pattern, int position)
    {
        while (position < pattern.Length && (pattern[position] is '*' or '+' or '?' || IsCount(pattern, position)))
        {
            position = pattern[position] == '{' ? SkipBraces(pattern, position) : position + 1;
        }
        return position;
    }

    private static bool IsCount(string pattern, int position) => pattern[position] == '{'
        && position + 1 < pattern.Length && (char.IsAsciiDigit(pattern[position + 1]) || pattern[position + 1] == ',');
}
