using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor.Outputs;

/// <summary>Documents for <c>_bulk</c>; each item's tag is its record's offset.</summary>
internal sealed class BulkPart(BulkRequest request) : OutputPart
{
    public BulkRequest Request { get; } = request;

    public override int Count => Request.Count;

    public override int SizeInBytes => Request.SizeInBytes;

    public override void Abandon() => Request.AbandonItem();

    public override void Dispose() => Request.Dispose();
}
