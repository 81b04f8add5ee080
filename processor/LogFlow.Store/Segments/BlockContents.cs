namespace LogFlow.Store;

/// <summary>Documents per index and fields with their kinds of values: of a block, a segment, or all of them.</summary>
internal sealed class BlockContents
{
    public BlockContents()
        : this(new Dictionary<string, int>(StringComparer.Ordinal))
    {
    }

    private BlockContents(Dictionary<string, int> fields) => Fields = fields;

    /// <summary>Documents and raw JSON bytes per index.</summary>
    public Dictionary<string, (long DocumentCount, long RawBytes)> Indices { get; } = new(StringComparer.Ordinal);

    /// <summary>Logical field name → bit set of <see cref="StoredKind"/>.</summary>
    public Dictionary<string, int> Fields { get; }

    public static BlockContents Of(IEnumerable<BlockContents> parts)
    {
        var all = new BlockContents();
        foreach (var part in parts)
        {
            all.Add(part);
        }

        return all;
    }

    /// <summary>
    /// All together. The fields of the whole store are many and those of the tail mostly known: they are copied only
    /// where the tail has a new one. The result is only read.
    /// </summary>
    public static BlockContents Combine(BlockContents known, IEnumerable<BlockContents> parts)
    {
        var tail = Of(parts);
        var hasNew = tail.Fields.Any(field => !known.Fields.TryGetValue(field.Key, out var kinds)
            || (kinds | field.Value) != kinds);
        var all = hasNew ? new BlockContents() : new BlockContents(known.Fields);
        foreach (var part in new[] { known, tail })
        {
            all.AddIndices(part);
            if (hasNew)
            {
                all.AddFields(part);
            }
        }

        return all;
    }

    public void AddIndex(string name, long documentCount, long rawBytes)
    {
        Indices.TryGetValue(name, out var sum);
        Indices[name] = (sum.DocumentCount + documentCount, sum.RawBytes + rawBytes);
    }

    public void AddField(string name, StoredKind kind) => AddField(name, 1 << (int)kind);

    public void AddField(string name, int kinds)
    {
        Fields.TryGetValue(name, out var known);
        Fields[name] = known | kinds;
    }

    public void Add(BlockContents other)
    {
        AddIndices(other);
        AddFields(other);
    }

    private void AddIndices(BlockContents other)
    {
        foreach (var (name, sum) in other.Indices)
        {
            AddIndex(name, sum.DocumentCount, sum.RawBytes);
        }
    }

    private void AddFields(BlockContents other)
    {
        foreach (var (name, kinds) in other.Fields)
        {
            AddField(name, kinds);
        }
    }
}
