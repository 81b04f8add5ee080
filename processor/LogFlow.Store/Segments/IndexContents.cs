namespace LogFlow.Store;

/// <summary>Indices with their own fields: a mapping must not name those of other indices.</summary>
internal static class IndexContents
{
    /// <summary>The contents of blocks, index by index. Damaged blocks have none.</summary>
    public static Dictionary<string, BlockContents> Of(
        IEnumerable<BlockSource> blocks, Action<string, string> reportCorrupt)
    {
        var all = new Dictionary<string, BlockContents>(StringComparer.Ordinal);
        foreach (var block in blocks)
        {
            try
            {
                Add(all, BlockContentsReader.ReadByIndex(block));
            }
            catch (Exception error) when (error is CorruptDataException or IOException)
            {
                reportCorrupt(block.Origin, error.Message);
            }
        }

        return all;
    }

    /// <summary>The contents of all documents of a snapshot, of the indices that are asked for.</summary>
    /// <param name="snapshot">The documents.</param>
    /// <param name="names">The indices; null: all.</param>
    /// <param name="reportCorrupt">Called for damaged blocks.</param>
    public static SortedDictionary<string, BlockContents> Of(
        SearchSnapshot snapshot, IReadOnlyCollection<string>? names, Action<string, string> reportCorrupt)
    {
        var all = new Dictionary<string, BlockContents>(StringComparer.Ordinal);
        foreach (var segment in snapshot.State.Segments.Segments)
        {
            if (names is null || names.Any(segment.Footer.Contents.Indices.ContainsKey))
            {
                Add(all, segment.GetContentsByIndex(reportCorrupt));
            }
        }

        Add(all, Of(snapshot.Memory, reportCorrupt));
        var result = new SortedDictionary<string, BlockContents>(StringComparer.Ordinal);
        foreach (var name in names ?? snapshot.Contents.Indices.Keys)
        {
            result[name] = all.GetValueOrDefault(name) ?? new BlockContents();
        }

        return result;
    }

    /// <summary>Whether a document of one of the indices has the field. Reads no more than it takes to know.</summary>
    public static bool HasField(
        SearchSnapshot snapshot, IReadOnlyCollection<string> names, string field, Action<string, string> reportCorrupt)
    {
        foreach (var segment in snapshot.State.Segments.Segments)
        {
            if (segment.Footer.Contents.Fields.ContainsKey(field)
                && names.Any(segment.Footer.Contents.Indices.ContainsKey)
                && Has(segment.GetContentsByIndex(reportCorrupt)))
            {
                return true;
            }
        }

        return Has(Of(snapshot.Memory, reportCorrupt));

        bool Has(IReadOnlyDictionary<string, BlockContents> contents) =>
            names.Any(name => contents.TryGetValue(name, out var found) && found.Fields.ContainsKey(field));
    }

    private static void Add(
        Dictionary<string, BlockContents> all, IReadOnlyDictionary<string, BlockContents> part)
    {
        foreach (var (name, contents) in part)
        {
            if (!all.TryGetValue(name, out var sum))
            {
                all.Add(name, sum = new BlockContents());
            }

            sum.Add(contents);
        }
    }
}
