using System.Text;

namespace LogFlow.Store;

/// <summary>One of some indices.</summary>
internal sealed class IndexPredicate(IEnumerable<string> names) : ValuePredicate
{
    private readonly HashSet<string> _names = new(names, StringComparer.Ordinal);

    public override bool MatchText(ReadOnlySpan<byte> text) => _names.Contains(Encoding.UTF8.GetString(text));
}
