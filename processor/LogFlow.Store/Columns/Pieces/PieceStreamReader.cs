namespace LogFlow.Store;

/// <summary>Reads what <see cref="PieceStream"/> wrote: the texts of one gap, row after row.</summary>
internal sealed class PieceStreamReader
{
    private readonly ReadOnlyMemory<byte> _texts;
    private readonly int[] _ends;

    /// <summary>Takes the stream from the reader.</summary>
    /// <param name="page">The whole of what the reader reads; it is kept.</param>
    /// <param name="reader">Stands at the stream, then behind it.</param>
    /// <param name="count">Texts of the stream.</param>
    /// <exception cref="CorruptDataException">It is cut.</exception>
    public PieceStreamReader(ReadOnlyMemory<byte> page, ref ByteReader reader, int count)
    {
        _ends = new int[count];
        TextLengths.Read(ref reader, _ends);
        var end = 0L;
        for (var i = 0; i < count; i++)
        {
            end += _ends[i];
            _ends[i] = (int)Math.Min(int.MaxValue, end);
        }

        var start = page.Length - reader.Remaining;
        reader.ReadBytes((int)Math.Min(int.MaxValue, end));
        _texts = page.Slice(start, (int)end);
    }

    /// <summary>All texts, one behind the other.</summary>
    public ReadOnlySpan<byte> Texts => _texts.Span;

    /// <summary>Where each text ends.</summary>
    public ReadOnlySpan<int> Ends => _ends;

    public ReadOnlySpan<byte> Get(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _texts.Span[start.._ends[index]];
    }
}
