using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>
/// What a read_committed consumer keeps of a fetch: by Kafka's description, not by our client's code.
/// </summary>
internal sealed class CommittedReader(List<FetchResponse.AbortedTransaction> aborted)
{
    /// <summary>Adds the values of committed records; returns the offset after the batches.</summary>
    public long Read(ReadOnlyMemory<byte> records, List<string> values)
    {
        var nextOffset = -1L;
        var skipped = new HashSet<long>();
        var left = aborted.OrderBy(transaction => transaction.FirstOffset).ToList();
        for (var rest = records; !rest.IsEmpty;)
        {
            var header = RecordBatchHeader.Read(rest.Span);
            var batch = rest[..header.TotalSize];
            rest = rest[header.TotalSize..];
            nextOffset = header.NextOffset;
            while (left.Count > 0 && left[0].FirstOffset <= header.LastOffset)
            {
                skipped.Add(left[0].ProducerId);
                left.RemoveAt(0);
            }

            if (header.IsControl)
            {
                Assert.True(TransactionMarker.TryRead(batch, out var marker));
                var wasSkipped = skipped.Remove(header.ProducerId);
                Assert.False(wasSkipped && marker.IsCommit, "a transaction is told as aborted and was committed");
            }
            else if (!header.IsTransactional || !skipped.Contains(header.ProducerId))
            {
                values.AddRange(Some.Values(batch));
            }
        }

        return nextOffset;
    }
}
