using System.Globalization;

namespace LogFlow.Store;

/// <summary>
/// Documents by their place in the order of arrival (<c>_seq_no</c>). Blocks know their first and last place, so a
/// query for what has just come opens the newest block alone.
/// </summary>
internal sealed class ArrivalQuery(long first, long last) : QueryNode
{
    /// <summary>The bounds as a range query writes them; null: no bound.</summary>
    /// <exception cref="QueryException">One is no whole number.</exception>
    public static ArrivalQuery Parse(string? low, bool includesLow, string? high, bool includesHigh)
    {
        var first = low is null ? 0 : Number(low);
        var last = high is null ? long.MaxValue : Number(high);
        return new ArrivalQuery(
            includesLow || first == long.MaxValue ? first : first + 1,
            includesHigh || last == long.MinValue ? last : last - 1);
    }

    public override bool MayMatch(BlockSource block) =>
        block.Summary.MaxSequence >= first && block.Summary.MinSequence <= last;

    public override bool MatchesAll(BlockSource block) =>
        block.Summary.MinSequence >= first && block.Summary.MaxSequence <= last;

    public override void Evaluate(BlockScan scan, RowSet hits)
    {
        var sequences = scan.LoadNumbers(FieldNames.Sequence)
            ?? throw new CorruptDataException("the block has no sequence column");
        for (var row = 0; row < scan.RowCount; row++)
        {
            if (sequences.Values[row] >= first && sequences.Values[row] <= last)
            {
                hits.Add(row);
            }
        }
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new QueryException(
                "query_shard_exception", $"failed to create query: [_seq_no] takes whole numbers, not '{text}'");
}
