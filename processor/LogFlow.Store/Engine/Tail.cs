namespace LogFlow.Store;

/// <summary>
/// The documents that are not in segments yet: encoded blocks, and one open block per day. Not thread-safe; owned by
/// the engine's ingest lock.
/// </summary>
internal sealed class Tail
{
    /// <summary>Raw bytes over all open blocks: many days at once must not each hold a block's worth.</summary>
    private const long OpenBytesMax = 16 << 20;

    private const int OpenCountMax = 64;

    private readonly Dictionary<long, BlockBuilder> _open = [];
    private readonly Stack<BlockBuilder> _spare = [];
    private readonly ColumnEncoder _encoder = new();
    private readonly DocumentTape _tape = new();
    private FieldCatalog _catalog = new();
    private DocumentParser _parser;
    private long _openBytes;

    public Tail() => _parser = new DocumentParser(_catalog);

    public TailGeneration Generation { get; private set; } = new();

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
        var builder = GetOpen(day);
        builder.Append(document, _tape, identity);
        _openBytes += document.Length;
        Generation.RawBytes += document.Length;
        Generation.DocumentCount++;
        if (builder.IsFull)
        {
            Close(day, builder);
        }

        if (_openBytes > OpenBytesMax || _open.Count > OpenCountMax || _catalog.Count > FieldCatalog.NodeCountMax)
        {
            CloseAll();
        }

        return true;
    }

    /// <summary>All documents of the tail as blocks, the open ones as they are now.</summary>
    public void AddViews(List<BlockSource> blocks)
    {
        foreach (var (_, block) in Generation.Blocks)
        {
            blocks.Add(block);
        }

        foreach (var builder in _open.Values)
        {
            blocks.Add(builder.View(_encoder));
        }
    }

    /// <summary>Ends the generation: closes all open blocks and starts the next one.</summary>
    public TailGeneration Cut(IReadOnlyList<PartitionPosition> positions)
    {
        CloseAll();
        var generation = Generation;
        generation.Positions = positions;
        Generation = new TailGeneration();
        generation.Cut.SetResult();
        return generation;
    }

    private BlockBuilder GetOpen(long day)
    {
        if (!_open.TryGetValue(day, out var builder))
        {
            builder = _spare.TryPop(out var spare) ? spare : new BlockBuilder(_catalog);
            _open.Add(day, builder);
        }

        return builder;
    }

    private void Close(long day, BlockBuilder builder)
    {
        Generation.Blocks.Add((day, builder.Encode(_encoder, PageCodecs.LevelFast)));
        _openBytes -= builder.RawBytes;
        _open.Remove(day);
        builder.Reset();
        if (_spare.Count < 4)
        {
            _spare.Push(builder);
        }
    }

    private void CloseAll()
    {
        foreach (var (day, builder) in _open.OrderBy(entry => entry.Key).ToList())
        {
            Close(day, builder);
        }

        if (_catalog.Count > FieldCatalog.NodeCountMax)
        {
            _catalog = new FieldCatalog();
            _parser = new DocumentParser(_catalog);
            _spare.Clear();
        }
    }
}
