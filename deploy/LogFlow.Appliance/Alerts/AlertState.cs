namespace LogFlow.Appliance;

/// <summary>What is remembered of an alert, over restarts. Immutable: each change makes another one.</summary>
internal sealed record AlertState
{
    /// <summary>Nothing is known yet: it has never been evaluated.</summary>
    public static AlertState Unknown { get; } = new();

    /// <summary>Whether it fires.</summary>
    public bool IsFiring { get; init; }

    /// <summary>Since when it does, or does not; null: never evaluated.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When the last evaluation that had an answer was due.</summary>
    public DateTimeOffset? Evaluated { get; init; }

    /// <summary>The lines that it found.</summary>
    public long? Count { get; init; }

    /// <summary>When the last notification was made.</summary>
    public DateTimeOffset? Notified { get; init; }

    /// <summary>Why the last evaluation had no answer; null: it had one.</summary>
    public string? Error { get; init; }

    /// <summary>The last failure of an action, with its time; null: the last delivery succeeded.</summary>
    public string? ActionError { get; init; }

    /// <summary>What actions have yet to deliver, the oldest first.</summary>
    public IReadOnlyList<PendingAlert> Pending { get; init; } = [];
}
