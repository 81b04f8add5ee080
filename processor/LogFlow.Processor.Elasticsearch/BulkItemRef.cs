namespace LogFlow.Processor.Elasticsearch;

/// <summary>One item of one <see cref="BulkRequest"/>; a bulk may carry items of several.</summary>
public readonly record struct BulkItemRef(BulkRequest Request, int Index)
{
    internal ReadOnlyMemory<byte> Bytes => Request.GetItem(Index);
}
