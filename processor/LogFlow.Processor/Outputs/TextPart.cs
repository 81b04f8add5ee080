using System.Buffers;

namespace LogFlow.Processor;

/// <summary>
/// Encoded events for <c>file</c> and <c>stdout</c>: pieces of text, each with its target and offset.
/// </summary>
internal sealed class TextPart : OutputPart
{
    private readonly ArrayBufferWriter<byte> _text = new(16 * 1024);
    private readonly List<Piece> _pieces = [];
    private int _start;

    public override int Count => _pieces.Count;

    public override int SizeInBytes => _text.WrittenCount;

    public IReadOnlyList<Piece> Pieces => _pieces;

    public IBufferWriter<byte> Writer => _text;

    /// <summary>What was written since the last piece ends here.</summary>
    /// <param name="target">The file; empty where there is but one target.</param>
    /// <param name="offset">The queue offset of the record it came from.</param>
    public void EndPiece(string target, long offset)
    {
        _pieces.Add(new Piece(target, offset, _start, _text.WrittenCount));
        _start = _text.WrittenCount;
    }

    public ReadOnlyMemory<byte> TextOf(in Piece piece) => _text.WrittenMemory[piece.Start..piece.End];

    /// <summary>The half-written text stays in the buffer, but belongs to no piece.</summary>
    public override void Abandon() => _start = _text.WrittenCount;

    public override void Dispose() => _text.ResetWrittenCount();

    public readonly record struct Piece(string Target, long Offset, int Start, int End);
}
