using System.Numerics;
using System.Text;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// Joins small segments of a day. Blocks that are large enough are copied as they are; the rows of smaller ones are
/// taken apart and put together into full blocks.
/// </summary>
internal sealed class SegmentMerger(long mergeBytesMax)
{
    /// <summary>So many segments of about the same size are merged: each document is rewritten log8 times.</summary>
    public const int FanIn = 8;

    private const int FanInMax = 64;
    private const long SmallBlockBytes = BlockBuilder.RawBytesMax / 2;

    /// <summary>The segments of one day that should become one; empty where there are too few.</summary>
    /// <param name="segments">All live segments.</param>
    /// <param name="today">A day that is over is merged sooner: nothing is likely to come.</param>
    /// <param name="isExcluded">Segments known to be damaged.</param>
    public List<SegmentReader> Choose(
        IEnumerable<SegmentReader> segments, long today, Func<SegmentReader, bool> isExcluded)
    {
        foreach (var day in segments.Where(segment => segment.Length < mergeBytesMax && !isExcluded(segment))
            .GroupBy(segment => segment.Day).OrderByDescending(group => group.Key))
        {
            foreach (var tier in day.GroupBy(segment => TierOf(segment.Length)).OrderBy(group => group.Key))
            {
                var chosen = Limit(tier);
                if (chosen.Count >= FanIn)
                {
                    return chosen;
                }
            }

            var rest = Limit(day);
            if (day.Key < today - 1 && rest.Count > 1)
            {
                return rest;
            }
        }

        return [];
    }

    /// <summary>Writes the merged segment's blocks.</summary>
    /// <exception cref="CorruptDataException">A block cannot be read; the segments stay as they are.</exception>
    public void Write(IReadOnlyList<SegmentReader> segments, SegmentWriter writer, CancellationToken cancellation)
    {
        var catalog = new FieldCatalog();
        var builder = new BlockBuilder(catalog);
        var copier = new RowCopier(catalog, builder);
        var encoder = new ColumnEncoder();
        foreach (var segment in segments)
        {
            writer.AddContents(segment.Footer.Contents);
        }

        foreach (
            var block in segments.SelectMany(segment => segment.Blocks).OrderBy(block => block.Summary.MinSequence))
        {
            cancellation.ThrowIfCancellationRequested();
            if (block.Summary.RawBytes >= SmallBlockBytes || block.Summary.RowCount >= BlockBuilder.RowCountMax / 2)
            {
                Copy(block, writer);
                continue;
            }

            using var scan = new BlockScan(block);
            copier.Start(scan);
            for (var row = 0; row < scan.RowCount; row++)
            {
                copier.Copy(row);
                if (builder.IsFull || catalog.Count > FieldCatalog.NodeCountMax * 4)
                {
                    writer.AddBlock(builder.Encode(encoder, PageCodecs.LevelSmall));
                    builder.Reset();
                }
            }
        }

        if (builder.RowCount > 0)
        {
            writer.AddBlock(builder.Encode(encoder, PageCodecs.LevelSmall));
        }
    }

    /// <summary>Copies a block as it is.</summary>
    /// <exception cref="CorruptDataException">Its directory is damaged.</exception>
    public static void Copy(SegmentBlock block, SegmentWriter writer)
    {
        // Reading the directory checks it; the pages carry their own checksums, and keep them.
        block.LoadDirectory();
        var pages = new byte[block.Location.PagesLength];
        var directory = new byte[block.Location.DirectoryLength];
        block.Segment.Read(pages, block.Location.Offset);
        block.Segment.Read(directory, block.Location.Offset + pages.Length);
        writer.Add(pages, directory, block.Summary);
    }

    private List<SegmentReader> Limit(IEnumerable<SegmentReader> segments)
    {
        var chosen = new List<SegmentReader>();
        long bytes = 0;
        foreach (var segment in segments.OrderBy(segment => segment.Length))
        {
            bytes += segment.Length;
            if (bytes > mergeBytesMax || chosen.Count == FanInMax)
            {
                break;
            }

            chosen.Add(segment);
        }

        return chosen;
    }

    private static int TierOf(long bytes) => BitOperations.Log2((ulong)(bytes >> 18) + 1) / 3;

    /// <summary>Adds rows of other blocks to a builder: the document is rebuilt and parsed again.</summary>
    private sealed class RowCopier(FieldCatalog catalog, BlockBuilder builder)
    {
        private readonly DocumentParser _parser = new(catalog);
        private readonly DocumentTape _tape = new();
        private readonly ByteWriter _document = new(4096);
        private readonly List<FieldValue> _values = [];
        private SourceWriter _source = null!;
        private RowIds _ids = null!;
        private Column _indices = null!;

        public void Start(BlockScan scan)
        {
            _source = new SourceWriter(scan, SourceFilter.All);
            _ids = new RowIds(scan);
            _indices = scan.TryLoad(FieldNames.Index) ?? throw new CorruptDataException(
                "the block has no index column");
        }

        public void Copy(int row)
        {
            _document.Reset();
            _source.Write(row, _document);
            if (!_parser.TryParse(_document.Written, _tape))
            {
                throw new CorruptDataException($"a document cannot be rebuilt: {_parser.Problem.Reason}");
            }

            _values.Clear();
            _indices.Collect(row, default, _values);
            var identity = new RowIdentity { Sequence = _ids.SequenceOf(row), Index = _values[0].Text.Span };
            if (_ids.TryGetQueueId(row, out var id))
            {
                identity.HasQueueId = true;
                identity.QueueId = id;
                identity.Topic = Encoding.ASCII.GetBytes(KafkaUuid.Format(id.TopicId));
            }
            else
            {
                identity.ExplicitId = _ids.ExplicitOf(row).Span;
            }

            builder.Append(_document.Written, _tape, identity);
        }
    }
}
