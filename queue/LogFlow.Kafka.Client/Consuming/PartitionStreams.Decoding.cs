using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <content>From a fetched chunk to batches that the poller may take.</content>
internal sealed partial class PartitionStreams
{
    private long ShareBytes() => Math.Max(ShareBytesMin, options.PrefetchBytesMax / Math.Max(1, _rotation.Count));

    private void BeginDecoding(PartitionStream stream)
    {
        if (stream.Chunk is not null && stream.Decoding is null && stream.ReadyBytes < ShareBytes())
        {
            stream.Decoding = stream.Chunk;
            var isBegun = work.Start("decoding record batches", stopping => DecodeAsync(stream, stopping));
            if (!isBegun)
            {
                // The consumer is being disposed.
                stream.Decoding = null;
            }
        }
    }

    /// <summary>Decodes outside of the lock; the chunk is this method's while it is <c>Decoding</c>.</summary>
    private async Task DecodeAsync(PartitionStream stream, CancellationToken stopping)
    {
        try
        {
            while (NextToDecode(stream) is { } next)
            {
                var (batch, damage) = await DecodeAsync(next, stopping);
                OnDecoded(stream, next.Chunk, batch, damage);
            }
        }
        finally
        {
            LeaveDecoding(stream);
        }
    }

    /// <summary>
    /// Decodes a batch with room for what such a batch usually takes, and with room for the largest where that was not
    /// enough. What it takes is held until the poller takes it.
    /// </summary>
    private async ValueTask<(ConsumedBatch? Batch, Exception? Damage)> DecodeAsync(
        DecodingStep step, CancellationToken stopping)
    {
        var room = Math.Min(step.Chunk.UsualNextBytes, options.BatchBytesMax);
        while (true)
        {
            await TakeRoomAsync(room, stopping);
            var isLargest = room >= options.BatchBytesMax;
            var (batch, damage) = TryDecode(step, room, step.DeliversUndecodable && isLargest);
            if (batch is not null)
            {
                _budget.Take(batch.SizeInBytes);
            }

            _budget.Return(room);
            if (isLargest || damage is not UndecodableBatchException)
            {
                return (batch, damage);
            }

            room = options.BatchBytesMax;
        }
    }

    private async ValueTask TakeRoomAsync(int room, CancellationToken stopping)
    {
        if (_budget.TryTake(room))
        {
            return;
        }

        var taking = _budget.TakeAsync(room, stopping);
        DropPaused();
        await taking;
    }

    private static (ConsumedBatch? Batch, Exception? Damage) TryDecode(
        DecodingStep step, int lengthMax, bool deliversUndecodable)
    {
        var (chunk, position, covered, _) = step;
        try
        {
            var batch = chunk.DecodeNext(position, covered, lengthMax, deliversUndecodable);
            return batch is null && chunk.DecodedTo > position
                ? (chunk.Gap(covered, chunk.DecodedTo), null)
                : (batch, null);
        }
        catch (Exception exception)
        {
            return (null, exception);
        }
    }

    /// <summary>Where decoding ended early, the chunk is given back by whoever is last.</summary>
    private void LeaveDecoding(PartitionStream stream)
    {
        lock (_gate)
        {
            if (stream.Decoding is { } chunk)
            {
                stream.Decoding = null;
                if (stream.Chunk != chunk)
                {
                    chunk.Dispose();
                }
            }
        }
    }

    /// <summary>
    /// Others wait for room: what nobody may take now is given up, and fetched again when it is wanted.
    /// </summary>
    private void DropPaused()
    {
        lock (_gate)
        {
            foreach (var stream in _rotation)
            {
                if (stream.IsPaused && stream.Ready.TryPeek(out var first))
                {
                    var (position, covered) = (first.FirstOffset, first.FirstOffset);
                    Discard(stream);
                    stream.Position = position;
                    stream.Covered = covered;
                }
            }
        }
    }

    private DecodingStep? NextToDecode(PartitionStream stream)
    {
        lock (_gate)
        {
            if (stream.Decoding != stream.Chunk)
            {
                // Dropped meanwhile; another may have come.
                stream.Decoding!.Dispose();
                stream.Decoding = stream.Chunk;
            }

            if (stream.Decoding is { } chunk && stream.ReadyBytes < ShareBytes())
            {
                var delivers = options.DeliversUndecodable && stream.UndecodableTries >= UndecodableTriesMax;
                return new DecodingStep(chunk, stream.Position, stream.Covered, delivers);
            }

            stream.Decoding = null;
        }

        FetchWanted.Set();
        return null;
    }

    private void OnDecoded(
        PartitionStream stream, FetchedChunk chunk, ConsumedBatch? batch, Exception? damage)
    {
        lock (_gate)
        {
            if (stream.Chunk != chunk)
            {
                if (batch is not null)
                {
                    GiveBack(batch);
                }

                return;
            }

            if (batch is not null)
            {
                stream.Ready.Enqueue(batch);
                stream.ReadyBytes += batch.SizeInBytes;
                stream.Covered = batch.NextOffset;
                stream.Position = batch.NextOffset;
                stream.Failures = 0;
                stream.UndecodableTries = 0;
                if (batch.Undecodable is { } undecodable)
                {
                    UndecodableFound?.Invoke(stream.Partition, undecodable);
                }
            }
            else
            {
                // The chunk is at its end. NextToDecode sees the difference and disposes it.
                stream.Chunk = null;
                stream.UndecodableTries += damage is UndecodableBatchException ? 1 : 0;
                if (damage is not null || !chunk.HasProgressed)
                {
                    OnDamage(stream, damage?.Message ?? "not one whole record batch was fetched");
                }
            }
        }

        if (batch is not null)
        {
            Delivered.Set();
        }
    }

    /// <summary>Called, inside the lock, with partition, position, failures in a row and reason.</summary>
    public Action<TopicPartition, long, int, string>? DamageFound { get; set; }

    /// <summary>Called, inside the lock, for each batch that is delivered as undecodable.</summary>
    public Action<TopicPartition, UndecodableBatch>? UndecodableFound { get; set; }

    private void OnDamage(PartitionStream stream, string reason)
    {
        stream.Failures++;
        var delay = ExponentialBackoff.Delay(stream.Failures, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));
        stream.NotBefore = time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);
        DamageFound?.Invoke(stream.Partition, stream.Position, stream.Failures, reason);
    }

    private void GiveBack(ConsumedBatch batch)
    {
        _budget.Return(batch.SizeInBytes);
        batch.Dispose();
    }

    private void Discard(PartitionStream stream)
    {
        stream.Version++;
        DropChunk(stream);
        while (stream.Ready.TryDequeue(out var batch))
        {
            GiveBack(batch);
        }

        stream.ReadyBytes = 0;
    }
}
