using LogFlow.Kafka.Protocol;

namespace LogFlow.Kafka.Client;

/// <summary>
/// One assigned partition on its way from the broker to the poller: position → fetch → chunk → decoded batches.
/// Guarded by the lock of <see cref="PartitionStreams"/>.
/// </summary>
internal sealed class PartitionStream(TopicPartition partition, Guid topicId)
{
    public TopicPartition Partition => partition;

    public Guid TopicId { get; set; } = topicId;

    /// <summary>Raised when what is under way is not wanted any more: a seek, a removal.</summary>
    public int Version { get; set; }

    /// <summary>Not started yet: the listener has not been told of the partition.</summary>
    public bool IsHeld { get; set; } = true;

    public bool IsRemoved { get; set; }

    public bool IsPaused { get; set; }

    /// <summary>Offset to fetch next; −1 until known.</summary>
    public long Position { get; set; } = -1;

    /// <summary>Where the next batch for the poller begins: the end of the last one.</summary>
    public long Covered { get; set; } = -1;

    public bool IsResolving { get; set; }

    public bool IsFetching { get; set; }

    /// <summary>What was fetched and is not decoded yet.</summary>
    public FetchedChunk? Chunk { get; set; }

    /// <summary>The chunk that a decoder is working on, which then also disposes it.</summary>
    public FetchedChunk? Decoding { get; set; }

    public Queue<ConsumedBatch> Ready { get; } = new();

    public long ReadyBytes { get; set; }

    /// <summary>Timestamp before which the broker is left alone, after failures in a row.</summary>
    public long NotBefore { get; set; }

    public int Failures { get; set; }

    /// <summary>Times in a row that the batch at the position did not decode though its CRC was right.</summary>
    public int UndecodableTries { get; set; }

    public bool IsFetchable => Position >= 0 && !IsHeld && !IsPaused && !IsFetching;

    public bool IsDeliverable => Ready.Count > 0 && !IsPaused && !IsHeld;
}
