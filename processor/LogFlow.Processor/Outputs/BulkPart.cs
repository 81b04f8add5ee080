using LogFlow.Platform;
using LogFlow.Processor.Elasticsearch;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// Documents for <c>_bulk</c>; each item's tag is its record's offset. The part owns a lease of the request; a send
/// that
/// is under way holds its own.
/// </summary>
internal sealed class BulkPart(Lease<BulkRequest> lease) : OutputPart
{
    private readonly BulkRequest _request = lease.Value;

    public Lease<BulkRequest> Lease => lease;

    public BulkRequest Request => _request;

    /// <summary>Room for what is written with an event; one worker encodes a part.</summary>
    public EventAddition[] Additions { get; } = new EventAddition[4];

    public override int Count => _request.Count;

    public override int SizeInBytes => _request.SizeInBytes;

    public override void Abandon() => _request.AbandonItem();

    public override void Dispose() => lease.Dispose();
}
