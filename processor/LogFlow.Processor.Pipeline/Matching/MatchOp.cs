using System.Buffers;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// One step of a <see cref="MatchProgram"/>. Steps are linked to what follows them; each knows what may follow from it
/// on, so that ways which cannot lead on are not tried.
/// </summary>
internal sealed class MatchOp(MatchOpKind kind, MatchOp? next, FirstChars first)
{
    public readonly MatchOpKind Kind = kind;

    /// <summary>What comes behind it.</summary>
    public readonly MatchOp Next = next!;

    /// <summary>What may follow from this step on, its own characters included.</summary>
    public readonly FirstChars First = first;

    /// <summary>Its place in the program.</summary>
    public int Id;

    /// <summary>
    /// Its place in the memory of what has been tried; -1: inside of a group whose ways do not fail alike.
    /// </summary>
    public int TriedId = -1;

    /// <summary>The characters of a run, or the one character.</summary>
    public CharSet Set = CharSet.Any;

    /// <summary>The text.</summary>
    public string Text = string.Empty;

    /// <summary>The capture that starts or ends here, or that a run is the whole of; -1: none.</summary>
    public int Slot = -1;

    /// <summary>A run's least length.</summary>
    public int Min;

    /// <summary>A run's greatest length.</summary>
    public int Max;

    /// <summary>The place that is asked for.</summary>
    public MatchPlace Place;

    /// <summary>The ways to choose from, the preferred one first.</summary>
    public MatchBranches? Branches;

    /// <summary>What may follow, where it can be searched for.</summary>
    public SearchValues<char>? Follow;

    public bool IsUnbounded => Max == MatchNode.Unbounded;
}
