using System.Text;

namespace LogFlow.Store;

/// <summary>A page of texts in pieces (<see cref="PiecePlan.Write"/>), taken apart but not put together.</summary>
internal sealed class PiecePage
{
    private readonly int[] _codes;
    private readonly int[] _ordinals;
    private readonly PieceStreamReader?[][] _streams;

    /// <param name="page">The page behind the bits of its rows; it is kept.</param>
    /// <param name="rowCount">Rows of the block.</param>
    /// <param name="valueCount">Rows that have a value.</param>
    /// <param name="present">Which these are; null: all.</param>
    /// <exception cref="CorruptDataException">The bytes are no such page.</exception>
    public PiecePage(ReadOnlyMemory<byte> page, int rowCount, int valueCount, RowSet? present)
    {
        var reader = new ByteReader(page.Span);
        SourceNames = new string[reader.ReadCount(PiecePlanner.SourceCountMax)];
        for (var i = 0; i < SourceNames.Length; i++)
        {
            SourceNames[i] = Encoding.UTF8.GetString(reader.ReadBlob());
        }

        Templates = new PieceTemplate[reader.ReadCount(byte.MaxValue)];
        for (var i = 0; i < Templates.Length; i++)
        {
            Templates[i] = ReadTemplate(ref reader, SourceNames.Length);
        }

        var codes = reader.ReadBytes(valueCount);
        RowsOf = new int[Templates.Length + 1][];
        for (var code = 0; code < RowsOf.Length; code++)
        {
            RowsOf[code] = new int[codes.Count((byte)code)];
        }

        (_codes, _ordinals) = (new int[rowCount], new int[rowCount]);
        Assign(codes, present);
        _streams = new PieceStreamReader?[Templates.Length][];
        for (var i = 0; i < _streams.Length; i++)
        {
            _streams[i] = new PieceStreamReader?[Templates[i].Gaps.Length];
            for (var gap = 0; gap < _streams[i].Length; gap++)
            {
                if (Templates[i].Gaps[gap].IsOpen)
                {
                    _streams[i][gap] = new PieceStreamReader(page, ref reader, RowsOf[i + 1].Length);
                }
            }
        }

        Whole = new PieceStreamReader(page, ref reader, RowsOf[PiecePlan.Whole].Length);
    }

    /// <summary>Physical names of the columns whose values are used.</summary>
    public string[] SourceNames { get; }

    public PieceTemplate[] Templates { get; }

    /// <summary>The rows of each code: 0 those whose text stands whole, n those of template n - 1.</summary>
    public int[][] RowsOf { get; }

    /// <summary>The texts that stand whole.</summary>
    public PieceStreamReader Whole { get; }

    /// <summary>What stands in an open gap of a template, row after row; null: the gap is not open.</summary>
    public PieceStreamReader? StreamOf(int template, int gap) => _streams[template][gap];

    /// <summary>The row's code. The row must have a value.</summary>
    public int CodeOf(int row) => _codes[row];

    /// <summary>Which of the rows of its code the row is.</summary>
    public int OrdinalOf(int row) => _ordinals[row];

    private void Assign(ReadOnlySpan<byte> codes, RowSet? present)
    {
        Span<int> counts = stackalloc int[byte.MaxValue + 1];
        counts.Clear();
        var value = 0;
        for (var row = 0; row < _codes.Length; row++)
        {
            if (present is not null && !present[row])
            {
                continue;
            }

            var code = codes[value++];
            if (code >= RowsOf.Length)
            {
                throw new CorruptDataException("a text in pieces has no template");
            }

            RowsOf[code][counts[code]] = row;
            (_codes[row], _ordinals[row]) = (code, counts[code]++);
        }
    }

    private static PieceTemplate ReadTemplate(ref ByteReader reader, int sourceCount)
    {
        var sources = new int[reader.ReadCount(sourceCount)];
        for (var i = 0; i < sources.Length; i++)
        {
            sources[i] = reader.ReadCount(sourceCount - 1);
        }

        var gaps = new PieceGap[sources.Length + 1];
        for (var i = 0; i < gaps.Length; i++)
        {
            var isOpen = reader.ReadByte() != 0;
            var prefix = reader.ReadBlob().ToArray();
            gaps[i] = new PieceGap(prefix, isOpen, isOpen ? reader.ReadBlob().ToArray() : []);
        }

        return new PieceTemplate(sources, gaps);
    }
}
