using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Tells which batches of one fetch belong to aborted transactions. The broker lists each aborted transaction that
/// overlaps the fetched range with its producer and first offset; it ends at that producer's next abort marker.
/// </summary>
internal sealed class AbortedTransactions
{
    // Key of a control record: version int16, type int16 (https://kafka.apache.org/documentation/#controlbatch).
    private const int ControlTypeAt = 2;
    private const short AbortType = 0;

    private readonly List<FetchResponse.AbortedTransaction> _byFirstOffset;
    private readonly HashSet<long> _open = [];
    private int _next;

    public AbortedTransactions(List<FetchResponse.AbortedTransaction>? aborted)
    {
        _byFirstOffset = aborted ?? [];
        _byFirstOffset.Sort(static (a, b) => a.FirstOffset.CompareTo(b.FirstOffset));
    }

    /// <summary>
    /// Whether the batch must not be read. Batches are to be given in offset order, markers included.
    /// </summary>
    public bool Covers(RecordBatchHeader header, ReadOnlyMemory<byte> batch)
    {
        if (_byFirstOffset.Count == 0)
        {
            return false;
        }

        while (_next < _byFirstOffset.Count && _byFirstOffset[_next].FirstOffset <= header.LastOffset)
        {
            _open.Add(_byFirstOffset[_next++].ProducerId);
        }

        if (header.IsControl)
        {
            if (IsAbortMarker(batch))
            {
                _open.Remove(header.ProducerId);
            }

            return false;
        }

        return header.IsTransactional && _open.Contains(header.ProducerId);
    }

    private static bool IsAbortMarker(ReadOnlyMemory<byte> batch)
    {
        using var decoded = RecordBatch.Decode(batch, batch.Length);
        foreach (var record in decoded)
        {
            if (record.Key is { Length: >= ControlTypeAt + sizeof(short) } key)
            {
                return BinaryPrimitives.ReadInt16BigEndian(key.Span[ControlTypeAt..]) == AbortType;
            }
        }

        return false;
    }
}
