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

    /// <summary>What it was made of, in the order of its records.</summary>
    public required IReadOnlyList<FileRange> Ranges { get; init; }
}
