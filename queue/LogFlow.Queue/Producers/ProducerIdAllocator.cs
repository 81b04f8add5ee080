using System.Buffers.Binary;
using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// Hands out producer ids, each once: the end of a block of ids is made durable before the first id of the
/// block is given away, so a restart begins after it. Ids that a crash leaves unused are lost, there are 2^63.
/// <code>
/// key   "next"
/// value int64: the first id that no block covers
/// </code>
/// </summary>
internal sealed class ProducerIdAllocator : IDisposable
{
    /// <summary>Matches the size of Kafka's producer id blocks.</summary>
    private const int BlockSize = 1000;

    private readonly StateLog _log;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _next;
    private long _blockEnd;

    /// <param name="log">Where the blocks are kept.</param>
    /// <param name="highestKnown">
    /// The highest id that any partition or transaction knows: where the file is lost or old, ids go on above it. An id
    /// that is given twice would have the batches of its new holder thrown away as repeats.
    /// </param>
    public ProducerIdAllocator(StateLog log, long highestKnown = -1)
    {
        _log = log;
        if (log.TryGet("next"u8, out var value))
        {
            _next = BinaryPrimitives.ReadInt64BigEndian(value.Span);
        }

        _next = Math.Max(_next, highestKnown + 1);
        _blockEnd = _next;
    }

    /// <summary>The next id, or the error of a disk that does not take the next block.</summary>
    public async ValueTask<(ErrorCode Error, long ProducerId)> AllocateAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_next == _blockEnd)
            {
                var end = _blockEnd + BlockSize;
                var error = await _log.WriteAsync([new StateChange("next"u8.ToArray(), Encode(end))]);
                if (error != ErrorCode.None)
                {
                    return (ErrorCode.CoordinatorNotAvailable, -1);
                }

                _blockEnd = end;
            }

            return (ErrorCode.None, _next++);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static byte[] Encode(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
