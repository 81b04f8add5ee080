namespace LogFlow.Processor.Pipeline;

/// <summary>A part of a pattern, as <see cref="MatchParser"/> understood it.</summary>
internal abstract record MatchNode
{
    /// <summary>Repeats without an upper bound.</summary>
    public const int Unbounded = int.MaxValue;

    /// <summary>Nothing at all: matches everywhere.</summary>
    public static MatchNode Empty { get; } = new Sequence([]);

    /// <summary>These characters.</summary>
    internal sealed record Text(string Value) : MatchNode;

    /// <summary>One character of a set.</summary>
    internal sealed record One(CharSet Set) : MatchNode;

    /// <summary>One part behind the other.</summary>
    internal sealed record Sequence(MatchNode[] Parts) : MatchNode;

    /// <summary>The first branch with which the whole pattern matches.</summary>
    internal sealed record Choice(MatchNode[] Branches) : MatchNode;

    /// <summary>The body so many times: as often as possible, or (lazy) as seldom.</summary>
    internal sealed record Repeat(MatchNode Body, int Min, int Max, bool IsLazy) : MatchNode;

    /// <summary>A group whose text is wanted.</summary>
    internal sealed record Capture(MatchNode Body, int Slot) : MatchNode;

    /// <summary>(?>...): the first way through the body is the only one.</summary>
    internal sealed record Atomic(MatchNode Body) : MatchNode;

    /// <summary>(?=...) and (?!...).</summary>
    internal sealed record Ahead(MatchNode Body, bool IsNegated) : MatchNode;

    /// <summary>(?&lt;=x) and (?&lt;!x) of one character.</summary>
    internal sealed record Behind(CharSet Set, bool IsNegated) : MatchNode;

    /// <summary>(?&lt;=text) and (?&lt;!text).</summary>
    internal sealed record BehindText(string Value, bool IsNegated) : MatchNode;

    /// <summary>A place.</summary>
    internal sealed record Place(MatchPlace Kind) : MatchNode;

    /// <summary>What only .NET's Regex can do; may match anything.</summary>
    internal sealed record Opaque(string What) : MatchNode;
}
