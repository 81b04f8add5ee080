using System.Buffers;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A partition's transactions: open ones and aborted ones. What changes them is a batch that is appended, or one that
/// is read again by recovery; both come here by <see cref="Add"/>, so that both lead to the same state. Writer thread
/// only, but for <see cref="Aborted"/>.
/// </summary>
internal sealed class PartitionTransactions
{
    public OngoingTransactions Ongoing { get; } = new();

    public AbortedTransactionIndex Aborted { get; } = new();

    /// <summary>Kafka's rule beside epochs and sequences: an open transaction takes no other batches.</summary>
    public ErrorCode Check(in RecordBatchHeader header) =>
        !header.IsTransactional && Ongoing.Count > 0 && Ongoing.Contains(header.ProducerId)
            ? ErrorCode.InvalidTxnState
            : ErrorCode.None;

    /// <summary>Notes a batch of a producer.</summary>
    /// <param name="header">The batch.</param>
    /// <param name="baseOffset">Where it stands.</param>
    /// <param name="batch">Its bytes, which are looked into where it is a marker.</param>
    public void Add(in RecordBatchHeader header, long baseOffset, ReadOnlyMemory<byte> batch)
    {
        // Compaction leaves headers without records, for the producer's sake. Their transaction is over, and its marker
        // may be gone already.
        if (!header.IsTransactional || header.Count == 0)
        {
            return;
        }

        if (!header.IsControl)
        {
            Ongoing.Begin(header.ProducerId, baseOffset);
        }
        else if (TransactionMarker.TryRead(batch, out var marker))
        {
            var end = new TransactionEnd(marker.IsCommit, marker.CoordinatorEpoch, baseOffset);
            if (Ongoing.End(header.ProducerId, end) is { } aborted)
            {
                Aborted.Add(aborted);
            }
        }
    }

    public void Write(ArrayBufferWriter<byte> writer)
    {
        Ongoing.Write(writer);
        Aborted.Write(writer);
    }

    /// <exception cref="InvalidDataException">Not what <see cref="Write"/> wrote.</exception>
    public void Read(ref SpanReader reader)
    {
        Ongoing.Read(ref reader);
        Aborted.Read(ref reader);
    }
}
