namespace LogFlow.Store;

/// <summary>
/// Takes the documents that are not in segments yet: encoded blocks, and one open block per day. Used by whoever has
/// the ingest turn; searches see it through the <see cref="TailParts"/> that are published after each bulk.
/// </summary>
internal sealed class Tail
{
    /// <summary>Raw bytes over all open blocks: many days at once must not each hold a block's worth.</summary>
    private const long OpenBytesMax = 16 << 20;

    private const int OpenCountMax = 64;
    private const int SpareCountMax = 4;

    private readonly Dictionary<long, OpenBlock> _open = [];
    private readonly List<OpenBlock> _closedSincePublish = [];
    private readonly Stack<BlockBuilder> _spare = [];
    private readonly ColumnEncoder _encoder = new();
    private readonly DocumentTape _tape = new();
    private FieldCatalog _catalog = new();
    private DocumentParser _parser;
    private TailGeneration _generation = new();
    private long _openBytes;

    public Tail() => _parser = new DocumentParser(_catalog);

    /// <summary>What the next commit makes durable. Other threads may look at its counts.</summary>
    public TailGeneration Generation => Volatile.Read(ref _generation);

    public DocumentProblem Problem => _parser.Problem;

    /// <summary>Adds a document; false where it cannot be read (see <see cref="Problem"/>).</summary>
    /// <param name="document">The JSON.</param>
    /// <param name="identity">Its place, index and id.</param>
    /// <param name="clampDay">Chooses the folder's day from the day of the document's time.</param>
    public bool TryAdd(ReadOnlySpan<byte> document, in RowIdentity identity, Func<long, long> clampDay)
    {
        if (!_parser.TryParse(document, _tape))
        {
            return false;
        }

        var day = clampDay(TimeText.FloorDiv(_tape.TimestampMs, TimeText.MsPerDay));
        var open = GetOpen(day);
        open.Append(document, _tape, identity);
        _openBytes += document.Length;
        _generation.RawBytes += document.Length;
        _generation.DocumentCount++;
        if (open.Builder.IsFull)
        {
            Close(day, open);
        }

        if (_openBytes > OpenBytesMax || _open.Count > OpenCountMax || _catalog.Count > FieldCatalog.NodeCountMax)
        {
            CloseAll();
        }

        return true;
    }

    /// <summary>All documents so far, to be published.</summary>
    public TailParts GetParts() => new(
        [.. _generation.Blocks.Select(entry => entry.Block)], [.. _open.Values.Select(open => open.Publish())],
        _generation.DocumentCount, _generation.RawBytes);

    /// <summary>A state with these parts (or with what was cut) is published: closed builders are free again.</summary>
    public void OnPublished()
    {
        foreach (var open in _closedSincePublish)
        {
            Spare(open);
        }

        _closedSincePublish.Clear();
    }

    /// <summary>Ends the generation: closes all open blocks and starts the next one.</summary>
    public TailGeneration Cut(IReadOnlyList<PartitionPosition> positions, long nextSequence)
    {
        CloseAll();
        var generation = _generation;
        generation.Positions = positions;
        generation.NextSequence = nextSequence;
        Volatile.Write(ref _generation, new TailGeneration());
        generation.Cut.SetResult();
        return generation;
    }

    private OpenBlock GetOpen(long day)
    {
        if (!_open.TryGetValue(day, out var open))
        {
            open = new OpenBlock(_spare.TryPop(out var spare) ? spare : new BlockBuilder(_catalog));
            _open.Add(day, open);
        }

        return open;
    }

    private void Close(long day, OpenBlock open)
    {
        // Searches may look at the builder meanwhile; nobody changes it.
        _generation.Blocks.Add((day, open.Builder.Encode(_encoder, PageCodecs.LevelFast)));
        _openBytes -= open.Builder.RawBytes;
        _open.Remove(day);
        if (open.Published is null)
        {
            Spare(open);
        }
        else
        {
            // The newest state refers to its first rows until the next one is published.
            _closedSincePublish.Add(open);
        }
    }

    private void Spare(OpenBlock open)
    {
        var builder = open.Recycle();
        if (_spare.Count < SpareCountMax && builder.BelongsTo(_catalog))
        {
            _spare.Push(builder);
        }
    }

    private void CloseAll()
    {
        foreach (var (day, open) in _open.OrderBy(entry => entry.Key).ToList())
        {
            Close(day, open);
        }

        if (_catalog.Count > FieldCatalog.NodeCountMax)
        {
            _catalog = new FieldCatalog();
            _parser = new DocumentParser(_catalog);
            _spare.Clear();
        }
    }
}
