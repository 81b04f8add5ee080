namespace LogFlow.Store;

/// <summary>A condition on documents.</summary>
internal abstract class QueryNode
{
    /// <summary>False where no row of a block with this summary can match.</summary>
    public virtual bool MayMatch(in BlockSummary summary) => true;

    /// <summary>True where every row of a block with this summary matches.</summary>
    public virtual bool MatchesAll(in BlockSummary summary) => false;

    /// <summary>Adds the rows that match to <paramref name="hits"/>, which is empty.</summary>
    public abstract void Evaluate(BlockScan scan, RowSet hits);
}

internal sealed class MatchAllQuery : QueryNode
{
    public static MatchAllQuery Instance { get; } = new();

    public override bool MatchesAll(in BlockSummary summary) => true;

    public override void Evaluate(BlockScan scan, RowSet hits) => hits.AddAll();
}

internal sealed class MatchNoneQuery : QueryNode
{
    public static MatchNoneQuery Instance { get; } = new();

    public override bool MayMatch(in BlockSummary summary) => false;

    public override void Evaluate(BlockScan scan, RowSet hits)
    {
        // No row.
    }
}
