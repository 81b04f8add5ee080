namespace LogFlow.Store;

/// <summary>Documents per index and fields with their kinds of values: of a block, a segment, or all of them.</summary>
internal sealed class BlockContents
{
    /// <summary>Documents and raw JSON bytes per index.</summary>
    public Dictionary<string, (long DocumentCount, long RawBytes)> Indices { get; } = new(StringComparer.Ordinal);

    /// <summary>Logical field name → bit set of <see cref="ValueKind"/>.</summary>
    public Dictionary<string, int> Fields { get; } = new(StringComparer.Ordinal);

    public void AddIndex(string name, long documentCount, long rawBytes)
    {
        Indices.TryGetValue(name, out var sum);
        Indices[name] = (sum.DocumentCount + documentCount, sum.RawBytes + rawBytes);
    }

    public void AddField(string name, ValueKind kind) => AddField(name, 1 << (int)kind);

    public void AddField(string name, int kinds)
    {
        Fields.TryGetValue(name, out var known);
        Fields[name] = known | kinds;
    }

    public void Add(BlockContents other)
    {
        foreach (var (name, sum) in other.Indices)
        {
            AddIndex(name, sum.DocumentCount, sum.RawBytes);
        }

        foreach (var (name, kinds) in other.Fields)
        {
            AddField(name, kinds);
        }
    }
}
