namespace LogFlow.Benchmarks;

/// <summary>One bulk request to the store, covering the offsets [First, Next) of a partition.</summary>
internal sealed record BulkBody(byte[] Bytes, Guid TopicId, long First, long Next);
