namespace LogFlow.Store;

/// <summary>A condition on documents.</summary>
internal abstract class QueryNode
{
    /// <summary>False where no row of the block can match, by what is in memory.</summary>
    public virtual bool MayMatch(BlockSource block) => true;

    /// <summary>True where every row of the block matches, by what is in memory.</summary>
    public virtual bool MatchesAll(BlockSource block) => false;

    /// <summary>How many rows of the block match, where its directory tells; null: they must be looked at.</summary>
    /// <exception cref="CorruptDataException">The block's directory is damaged.</exception>
    public virtual int? TryCount(BlockSource block) =>
        MatchesAll(block) ? block.Summary.RowCount : MayMatch(block) ? null : 0;

    /// <summary>Adds what the query asks of texts, for highlighting; what must not match is not asked for.</summary>
    public virtual void AddAsked(List<(string Field, ValuePredicate Predicate)> asked)
    {
        // Most conditions ask nothing of a text.
    }

    /// <summary>Adds the rows that match to <paramref name="hits"/>, which is empty.</summary>
    public abstract void Evaluate(BlockScan scan, RowSet hits);
}

internal sealed class MatchAllQuery : QueryNode
{
    public static MatchAllQuery Instance { get; } = new();

    public override bool MatchesAll(BlockSource block) => true;

    public override void Evaluate(BlockScan scan, RowSet hits) => hits.AddAll();
}

internal sealed class MatchNoneQuery : QueryNode
{
    public static MatchNoneQuery Instance { get; } = new();

    public override bool MayMatch(BlockSource block) => false;

    public override void Evaluate(BlockScan scan, RowSet hits)
    {
        // No row.
    }
}
