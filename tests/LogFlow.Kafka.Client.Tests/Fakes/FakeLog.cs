using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client.Tests;

/// <summary>
/// A partition that judges idempotent batches as Kafka does: the last five of a producer are recognised and answered
/// with their offset, anything else that is not next in sequence is refused, an unknown producer may start anywhere.
/// </summary>
internal sealed class FakeLog
{
    private const int RememberedCount = 5;

    private readonly Dictionary<long, (short Epoch, Queue<(int First, int Last, long Offset)> Last)> _producers = [];

    /// <summary>All batches in log order.</summary>
    public List<(long BaseOffset, byte[] Bytes)> Batches { get; } = [];

    public long EndOffset { get; private set; }

    public (ErrorCode Error, long BaseOffset) Append(ReadOnlySpan<byte> bytes)
    {
        var error = RecordBatch.Validate(bytes, out var header);
        if (error != RecordBatchError.None)
        {
            return (ErrorCode.CorruptMessage, -1);
        }

        if (header.HasProducerId && _producers.TryGetValue(header.ProducerId, out var state))
        {
            if (header.ProducerEpoch < state.Epoch)
            {
                return (ErrorCode.InvalidProducerEpoch, -1);
            }

            if (header.ProducerEpoch > state.Epoch)
            {
                if (header.BaseSequence != 0)
                {
                    return (ErrorCode.OutOfOrderSequenceNumber, -1);
                }

                _producers.Remove(header.ProducerId);
            }
            else
            {
                foreach (var (first, last, offset) in state.Last)
                {
                    if (first == header.BaseSequence && last == header.LastSequence)
                    {
                        return (ErrorCode.None, offset);
                    }
                }

                if (header.BaseSequence != RecordBatchHeader.AddSequence(state.Last.Last().Last, 1))
                {
                    return (ErrorCode.OutOfOrderSequenceNumber, -1);
                }
            }
        }

        return (ErrorCode.None, Store(bytes, header));
    }

    /// <summary>What a fetch at this offset gets: whole batches, from the one that holds it.</summary>
    public ReadOnlyMemory<byte> ReadFrom(long offset) =>
        Batches
            .Where(batch => RecordBatchHeader.Read(batch.Bytes).NextOffset > offset)
            .SelectMany(static batch => batch.Bytes)
            .ToArray();

    private long Store(ReadOnlySpan<byte> bytes, RecordBatchHeader header)
    {
        var offset = EndOffset;
        if (header.HasProducerId)
        {
            if (!_producers.TryGetValue(header.ProducerId, out var state))
            {
                _producers[header.ProducerId] = state = (header.ProducerEpoch, new Queue<(int, int, long)>());
            }

            state.Last.Enqueue((header.BaseSequence, header.LastSequence, offset));
            if (state.Last.Count > RememberedCount)
            {
                state.Last.Dequeue();
            }
        }

        var copy = bytes.ToArray();
        RecordBatch.SetBaseOffset(copy, offset);
        Batches.Add((offset, copy));
        EndOffset += header.Count;
        return offset;
    }
}
