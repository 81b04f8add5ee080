using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>Output <c>stdout</c>: each event by its codec.</summary>
internal sealed class StdoutOutput : Output
{
    private readonly ICodec _codec;
    private readonly Stream _stream;
    private readonly WrittenOffsets _written = new();

    public StdoutOutput(int index, string name, int batchesMax, ICodec codec, Stream? stream = null)
        : base(index, name, laneCount: 1, keepsOrder: true, batchesMax)
    {
        _codec = codec;
        _stream = stream ?? Console.OpenStandardOutput();
    }

    public override OutputPart CreatePart(int recordCount) => new TextPart();

    public override void Encode(EventView item, in EventContext context, OutputPart part)
    {
        var text = (TextPart)part;
        item.Encode(_codec, text.Writer);
        text.EndPiece(string.Empty, context.Offset);
    }

    protected override async Task WriteAsync(List<InFlightBatch> batches, CancellationToken cancellationToken)
    {
        foreach (var batch in batches)
        {
            if (batch.GetPart(Index) is TextPart part)
            {
                foreach (var piece in part.Pieces)
                {
                    if (!_written.IsWritten(batch.Window.Identity, piece.Offset))
                    {
                        await _stream.WriteAsync(part.TextOf(piece), cancellationToken);
                    }
                }
            }

            _written.Advance(batch.Window.Identity, batch.NextOffset);
        }

        await _stream.FlushAsync(cancellationToken);
        foreach (var batch in batches)
        {
            batch.OutputDone();
        }
    }
}
