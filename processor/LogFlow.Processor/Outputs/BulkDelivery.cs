using LogFlow.Processor.Elasticsearch;

namespace LogFlow.Processor;

/// <summary>The documents of some batches on their way to a server, each with the batch it is of.</summary>
internal sealed class BulkDelivery
{
    private readonly List<InFlightBatch> _batches = [];
    private readonly List<(BulkItemRef Item, InFlightBatch Batch)> _documents = [];

    /// <summary>Takes up all documents of the batches.</summary>
    public static BulkDelivery Of(List<InFlightBatch> batches, int output)
    {
        var delivery = new BulkDelivery();
        foreach (var batch in batches)
        {
            delivery._batches.Add(batch);
            if (batch.GetPart(output) is BulkPart part)
            {
                for (var item = 0; item < part.Count; item++)
                {
                    delivery._documents.Add((new BulkItemRef(part.Lease, item), batch));
                }
            }
        }

        return delivery;
    }

    public int Count => _documents.Count;

    public void Add(BulkItemRef item, InFlightBatch batch) => _documents.Add((item, batch));

    public BulkItemRef ItemAt(int index) => _documents[index].Item;

    public InFlightBatch BatchAt(int index) => _documents[index].Batch;

    public BulkItemRef[] Items()
    {
        var items = new BulkItemRef[_documents.Count];
        for (var index = 0; index < items.Length; index++)
        {
            items[index] = _documents[index].Item;
        }

        return items;
    }

    /// <summary>Takes out the documents that the lane leaves to others; what is left keeps its order.</summary>
    public void RemoveAll(Predicate<BulkItemRef> match, Action<BulkItemRef, InFlightBatch>? removed = null) =>
        _documents.RemoveAll(document =>
        {
            if (!match(document.Item))
            {
                return false;
            }

            removed?.Invoke(document.Item, document.Batch);
            return true;
        });

    /// <summary>The lane's part is done.</summary>
    public void LaneDone()
    {
        foreach (var batch in _batches)
        {
            batch.OutputDone();
        }
    }

    /// <summary>The dead letter for a document, as its server judged it.</summary>
    public static DeadLetter LetterFor(
        BulkItemRef item, InFlightBatch batch, in BulkItemResult result, string plugin) => new(
            batch.GetRecord(item.Request.GetTag(item.Index)),
            batch.Window.TopicPartition,
            DeadLetterStage.Output,
            plugin,
            $"{result.Status} {result.ErrorType}: {result.ErrorReason}")
        {
            TopicId = batch.Window.Identity.TopicId,
        };
}
