namespace LogFlow.Agent;

/// <summary>What became of a batch.</summary>
/// <param name="Kind">The outcome.</param>
/// <param name="Reason">For messages, where it was refused.</param>
internal readonly record struct SendOutcome(SendOutcomeKind Kind, string Reason)
{
    /// <summary>The queue has it, durably.</summary>
    public static SendOutcome Acknowledged { get; } = new(SendOutcomeKind.Acknowledged, "");
}

/// <summary>Kinds of <see cref="SendOutcome"/>.</summary>
internal enum SendOutcomeKind
{
    /// <summary>The queue has the batch; now, or from an earlier attempt.</summary>
    Acknowledged,

    /// <summary>
    /// The queue does not accept the producer's sequence: it has forgotten the producer, or was set back.
    /// </summary>
    SequenceRefused,

    /// <summary>The batch is larger than the topic allows.</summary>
    TooLarge,

    /// <summary>The queue does not take records of this time: the clock here, or there, is wrong.</summary>
    BadTimestamp,

    /// <summary>The queue, or the topic, does not take this compression.</summary>
    BadCompression,

    /// <summary>Refused for a reason that an operator can mend (authorization, policy).</summary>
    Refused,
}
