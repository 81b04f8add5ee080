namespace LogFlow.Store;

/// <summary>The memory that the buckets of one request may take, over all its aggregations and workers.</summary>
internal sealed class AggregationBudget(long bytesMax)
{
    /// <summary>A bucket with its place in a dictionary, without its key's text and its sub-aggregations.</summary>
    private const int BucketBytes = 144;

    private const int AggregatorBytes = 160;
    private const long RequestBytesMax = 256 << 20;

    private long _taken;

    public AggregationBudget()
        : this(RequestBytesMax)
    {
    }

    /// <exception cref="QueryException">429, as Elasticsearch's circuit breaker.</exception>
    public void TakeBucket(AggregationSpecs subs, int keyBytes) => Take(CostOf(subs, keyBytes));

    public void ReturnBucket(AggregationSpecs subs, int keyBytes) =>
        Interlocked.Add(ref _taken, -CostOf(subs, keyBytes));

    private static long CostOf(AggregationSpecs subs, int keyBytes) =>
        BucketBytes + keyBytes + ((long)AggregatorBytes * subs.Specs.Count);

    private void Take(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) > bytesMax)
        {
            throw new QueryException("circuit_breaking_exception",
                $"[request] Data too large: the buckets of this request take more than {bytesMax} bytes. Narrow the "
                + "query, or aggregate by a field with fewer values", 429);
        }
    }
}
