using System.Buffers;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// What may follow from some point of a pattern on: never too few characters, so that what it excludes is excluded.
/// </summary>
/// <param name="Low">The ASCII characters 0 to 63, a bit each.</param>
/// <param name="High">The ASCII characters 64 to 127.</param>
/// <param name="Beyond">Whether characters beyond ASCII may follow.</param>
/// <param name="AtEnd">Whether nothing may follow.</param>
/// <param name="Anything">Whether the pattern may be content with what follows unseen.</param>
/// <param name="Always">Whether the rest of the pattern matches whatever follows.</param>
internal readonly record struct FirstChars(
    ulong Low, ulong High, bool Beyond, bool AtEnd, bool Anything, bool Always)
{
    /// <summary>The end of a pattern: it has matched.</summary>
    public static FirstChars Matched => new(0, 0, false, AtEnd: true, Anything: true, Always: true);

    /// <summary>Nothing is known.</summary>
    public static FirstChars Unknown => new(0, 0, false, AtEnd: true, Anything: true, Always: false);

    /// <summary>The characters of a set.</summary>
    public static FirstChars Of(CharSet set) => new(set.Low, set.High, set.HasBeyond, false, false, false);

    /// <summary>What a part may start with, given what may follow it.</summary>
    public static FirstChars Of(MatchNode node, FirstChars next)
    {
        switch (node)
        {
            case MatchNode.Text { Value: var text }:
                return OfChar(text[0]);
            case MatchNode.One { Set: var set }:
                return Of(set);
            case MatchNode.Sequence { Parts: var parts }:
                for (var i = parts.Length - 1; i >= 0; i--)
                {
                    next = Of(parts[i], next);
                }
                return next;
            case MatchNode.Choice { Branches: var branches }:
                var all = Of(branches[0], next);
                foreach (var branch in branches.AsSpan(1))
                {
                    all = all.Or(Of(branch, next));
                }
                return all;
            case MatchNode.Repeat { Min: 0 } repeat:
                return Of(repeat.Body, next with { Always = false }).Or(next);
            case MatchNode.Repeat repeat:
                // A body that may be empty lets through what follows, or itself: the same characters.
                return Of(repeat.Body, next) with { Always = false };
            case MatchNode.Capture capture:
                return Of(capture.Body, next);
            case MatchNode.Atomic atomic:
                return Of(atomic.Body, next) with { Always = false };
            case MatchNode.Place { Kind: MatchPlace.TextEnd }:
                // No character may follow; what stands behind it in the pattern cannot ask for one.
                return new FirstChars { AtEnd = true };
            case MatchNode.Place { Kind: MatchPlace.LineEnd or MatchPlace.LastLineEnd }:
                return OfChar('\n') with { AtEnd = true };
            case MatchNode.Opaque:
                return Unknown;
            default:
                return next with { Always = false };
        }
    }

    /// <summary>Whether the pattern can go on with this character.</summary>
    public bool Admits(char c) => Anything
        || (c < 128 ? ((c < 64 ? Low : High) >> c & 1) != 0 : Beyond);

    /// <summary>Whether the pattern cannot go on with any character of a set.</summary>
    public bool Excludes(CharSet set) => !Anything
        && (Low & set.Low) == 0 && (High & set.High) == 0 && !(Beyond && set.HasBeyond);

    /// <summary>The characters, to search for them; null where others may follow.</summary>
    public SearchValues<char>? ToSearchValues()
    {
        if (Anything || Beyond)
        {
            return null;
        }
        var characters = new List<char>();
        for (var c = (char)0; c < 128; c++)
        {
            if (Admits(c))
            {
                characters.Add(c);
            }
        }
        return SearchValues.Create([.. characters]);
    }

    /// <summary>What may follow on either of two ways.</summary>
    public FirstChars Or(FirstChars other) => new(
        Low | other.Low, High | other.High, Beyond || other.Beyond, AtEnd || other.AtEnd,
        Anything || other.Anything, Always || other.Always);

    private static FirstChars OfChar(char c) => c switch
    {
        < (char)64 => new(1UL << c, 0, false, false, false, false),
        < (char)128 => new(0, 1UL << c, false, false, false, false),
        _ => new(0, 0, true, false, false, false),
    };
}
