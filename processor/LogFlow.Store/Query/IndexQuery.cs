using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Documents of some indices. Most blocks are of segments with one index, or with asked-for ones only: those are known
/// without reading a column.
/// </summary>
internal sealed class IndexQuery(IEnumerable<string> names) : QueryNode
{
    private readonly HashSet<string> _names = new(names, StringComparer.Ordinal);

    public override bool MayMatch(BlockSource block) => block.Indices?.Any(_names.Contains) ?? true;

    public override bool MatchesAll(BlockSource block) => block.Indices?.All(_names.Contains) ?? false;

    public override void Evaluate(BlockScan scan, RowSet hits) => scan.TryLoad(FieldNames.Index)?.Match(
        new FieldPredicate(FieldType.Keyword, new NamePredicate(_names)), default, hits);

    private sealed class NamePredicate(HashSet<string> names) : ValuePredicate
    {
        public override bool MatchText(ReadOnlySpan<byte> text) => names.Contains(Encoding.UTF8.GetString(text));
    }
}
