using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary>
/// The durable statement, made before a batch is sent, of what it is: after a crash the same lines are sent under the
/// same sequence, and the queue drops what it has already.
/// </summary>
internal sealed class Intent
{
    /// <summary>Its number, set by the registry.</summary>
    public long Id { get; set; }

    /// <summary>Partition of the topic.</summary>
    public required int Partition { get; init; }

    /// <summary>Who sends it.</summary>
    public required ProducerId Producer { get; init; }

    /// <summary>Sequence of its first record.</summary>
    public required int BaseSequence { get; init; }

    /// <summary>Its records.</summary>
    public required int RecordCount { get; init; }

    /// <summary>Sequence of its last record.</summary>
    public int LastSequence => RecordBatchHeader.AddSequence(BaseSequence, RecordCount - 1);

    /// <summary>Sequence of the record that follows its last one.</summary>
    public int NextSequence => RecordBatchHeader.AddSequence(BaseSequence, RecordCount);

    /// <summary>
    /// Whether a partition whose last sequence of this producer is this has the batch. Sequences begin anew after
    /// 2^31 - 1; at most five batches are behind one that is open, so the shorter way round tells before from after.
    /// </summary>
    public bool IsCoveredBy(int lastSequence) => ((lastSequence - LastSequence) & int.MaxValue) < 1 << 30;

    /// <summary>Puts intents of one producer into the order of their sequences, across the wrap.</summary>
    public static int CompareSequences(Intent left, Intent right)
    {
        var distance = (left.BaseSequence - right.BaseSequence) & int.MaxValue;
        return distance == 0 ? 0 : distance < 1 << 30 ? 1 : -1;
    }

    /// <summary>What it was made of, in the order of its records.</summary>
    public required IReadOnlyList<FileRange> Ranges { get; init; }
}
