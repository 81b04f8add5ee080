namespace LogFlow.Store;

/// <summary>Texts of one gap, row after row: u8 width · lengths · texts.</summary>
internal sealed class PieceStream
{
    private readonly List<int> _lengths = [];
    private readonly ByteWriter _texts = new(64);
    private int _longest;

    public void Add(ReadOnlySpan<byte> text)
    {
        _lengths.Add(text.Length);
        _longest = Math.Max(_longest, text.Length);
        _texts.Write(text);
    }

    public void Write(ByteWriter page)
    {
        TextLengths.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_lengths), _longest, page);
        page.Write(_texts.Written);
    }
}
