namespace LogFlow.Store;

/// <summary>A condition on one value of a field, after the field's type has normalized it.</summary>
internal abstract class ValuePredicate
{
    /// <summary>Bytes that every text must contain to match; empty where there are none.</summary>
    public virtual ReadOnlySpan<byte> Needle => default;

    /// <summary>The needle is lower-case ASCII and found in any case.</summary>
    public virtual bool NeedleIgnoresCase => false;

    /// <summary>
    /// What one place of the needle says of an ASCII text, so that the text need not be read from its beginning.
    /// </summary>
    public virtual NeedleVerdict JudgeNeedle(ReadOnlySpan<byte> text, int at) => NeedleVerdict.Unknown;

    /// <summary>Identifies a predicate that is dear to judge, for <see cref="MatchCache"/>; null: it is not.</summary>
    public virtual string? Condition => null;

    public virtual bool UsesBloom => false;

    public virtual bool MatchText(ReadOnlySpan<byte> text) => false;

    /// <summary>Adds the places of a text that match, in bytes: the whole of it, or words.</summary>
    public virtual void AddMarks(ReadOnlySpan<byte> text, List<(int Start, int End)> marks)
    {
        if (!text.IsEmpty && MatchText(text))
        {
            marks.Add((0, text.Length));
        }
    }

    public virtual bool MatchInt64(long value) => false;

    public virtual bool MatchDouble(double value) => false;

    public virtual bool MatchBool(bool value) => false;

    public virtual bool MatchDate(long ms) => false;

    /// <summary>False where no number (or time in ms) between the two can match.</summary>
    public virtual bool MayMatchBetween(double min, double max) => true;

    /// <summary>True where every number (or time in ms) between the two matches.</summary>
    public virtual bool MatchesAllBetween(double min, double max) => false;

    /// <summary>False where the bloom says that no value of the column can match.</summary>
    public virtual bool MayMatchBloom(ReadOnlySpan<byte> bloom) => true;
}
