namespace LogFlow.Store;

/// <summary>
/// The live segments at one moment. The list holds its segments open; it is itself held by the state that publishes it
/// and by every reader, and lets go of them when the last one has released it.
/// </summary>
internal sealed class SegmentList
{
    private readonly SegmentReader[] _segments;
    private readonly Lazy<BlockContents> _contents;
    private int _references = 1;

    private SegmentList(SegmentReader[] segments)
    {
        _segments = segments;
        _contents = new Lazy<BlockContents>(() => BlockContents.Of(segments.Select(each => each.Footer.Contents)));
        foreach (var segment in segments)
        {
            if (!segment.TryAddReference())
            {
                throw new InvalidOperationException($"the segment {segment.Path} was closed before it was listed");
            }

            DocumentCount += segment.DocumentCount;
            Bytes += segment.Length;
        }
    }

    public static SegmentList Empty { get; } = new([]);

    public IReadOnlyList<SegmentReader> Segments => _segments;

    public BlockContents Contents => _contents.Value;

    public long DocumentCount { get; }

    public long Bytes { get; }

    /// <summary>A list that holds its segments by itself: whoever opened them releases theirs.</summary>
    public static SegmentList Of(IEnumerable<SegmentReader> segments) => new([.. segments]);

    /// <summary>The list with <paramref name="added"/> in place of <paramref name="removed"/>.</summary>
    public SegmentList Replace(IReadOnlyCollection<SegmentReader> removed, IEnumerable<SegmentReader> added) =>
        Of(_segments.Where(segment => !removed.Contains(segment)).Concat(added));

    /// <summary>False where the list is no longer the newest and nobody holds it: read the newest.</summary>
    public bool TryRetain()
    {
        if (ReferenceEquals(this, Empty))
        {
            return true;
        }

        var count = Volatile.Read(ref _references);
        while (count > 0)
        {
            var seen = Interlocked.CompareExchange(ref _references, count + 1, count);
            if (seen == count)
            {
                return true;
            }

            count = seen;
        }

        return false;
    }

    public void Release()
    {
        if (ReferenceEquals(this, Empty) || Interlocked.Decrement(ref _references) != 0)
        {
            return;
        }

        foreach (var segment in _segments)
        {
            segment.Release();
        }
    }
}
