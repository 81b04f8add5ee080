namespace LogFlow.Agent;

/// <summary>What becomes of a batch that is sent a second time, because nobody knows whether it arrived.</summary>
internal enum Repetition
{
    /// <summary>The target knows the producer's sequences and drops it.</summary>
    DroppedBySequence,

    /// <summary>The target knows each record's id and drops it.</summary>
    DroppedById,

    /// <summary>It arrives again.</summary>
    Arrives,
}
