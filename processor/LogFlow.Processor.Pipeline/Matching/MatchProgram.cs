using System.Buffers;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A pattern as steps over a text, for <see cref="Matcher"/>: finds exactly what .NET's Regex finds, in time that grows
/// with the text's length only. Immutable; serves all threads.
/// </summary>
internal sealed class MatchProgram
{
    private readonly SearchValues<char>? _firstChars;

    public MatchProgram(MatchNode pattern, MatchOp start, MatchOp[] ops, int slotCount, int triedCount)
    {
        Start = start;
        Ops = ops;
        SlotCount = slotCount;
        TriedCount = triedCount;
        MinLength = MatchFacts.MinLength(pattern);
        IsTriedOnce = BeginsWith(pattern, node => node is MatchNode.Place { Kind: MatchPlace.TextStart })
            || TakesAnythingFirst(pattern);
        IsOfLines = BeginsWith(
            pattern, node => node is MatchNode.Place { Kind: MatchPlace.TextStart or MatchPlace.LineStart });
        _firstChars = start.First.ToSearchValues();
    }

    /// <summary>Where to begin.</summary>
    public MatchOp Start { get; }

    /// <summary>All steps by their ids.</summary>
    public MatchOp[] Ops { get; }

    /// <summary>How many captures there may be.</summary>
    public int SlotCount { get; }

    /// <summary>How many steps remember where they have been tried.</summary>
    public int TriedCount { get; }

    /// <summary>How many characters a match has at least.</summary>
    public int MinLength { get; }

    /// <summary>Whether a text that does not match from its start on does not match at all.</summary>
    private bool IsTriedOnce { get; }

    /// <summary>Whether a match begins where a line does.</summary>
    private bool IsOfLines { get; }

    /// <summary>The next place where a match may begin; -1 when there is none.</summary>
    public int FindStart(ReadOnlySpan<char> text, int position)
    {
        if (position > 0 && (IsTriedOnce || (IsOfLines && text[position - 1] != '\n')))
        {
            var line = IsTriedOnce || position >= text.Length ? -1 : text[position..].IndexOf('\n');
            return line < 0 ? -1 : position + line + 1;
        }
        var first = Start.First;
        if (first.Anything || IsOfLines)
        {
            return position;
        }
        if (_firstChars is not null)
        {
            var found = text[position..].IndexOfAny(_firstChars);
            return found >= 0 ? position + found : first.AtEnd ? text.Length : -1;
        }
        for (; position < text.Length; position++)
        {
            if (first.Admits(text[position]))
            {
                return position;
            }
        }
        return first.AtEnd ? text.Length : -1;
    }

    private static bool BeginsWith(MatchNode node, Func<MatchNode, bool> isIt) => node switch
    {
        MatchNode.Sequence { Parts: [var first, ..] } => BeginsWith(first, isIt),
        MatchNode.Choice choice => choice.Branches.All(branch => BeginsWith(branch, isIt)),
        MatchNode.Capture capture => BeginsWith(capture.Body, isIt),
        MatchNode.Atomic atomic => BeginsWith(atomic.Body, isIt),
        MatchNode.Repeat { Min: > 0 } repeat => BeginsWith(repeat.Body, isIt),
        _ => isIt(node),
    };

    // What begins with .* matches from the start on if it matches anywhere.
    private static bool TakesAnythingFirst(MatchNode node) => node switch
    {
        MatchNode.Sequence { Parts: [var first, ..] } => TakesAnythingFirst(first),
        MatchNode.Capture capture => TakesAnythingFirst(capture.Body),
        MatchNode.Repeat { Body: MatchNode.One { Set.IsAll: true }, Max: MatchNode.Unbounded } => true,
        _ => false,
    };
}
