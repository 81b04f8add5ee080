namespace LogFlow.Store;

internal enum IngestResult
{
    /// <summary>Every item has a status.</summary>
    Done,

    /// <summary>The tail stayed full for too long: 429.</summary>
    Busy,

    /// <summary>The disk is nearly full: 429.</summary>
    DiskLow,

    /// <summary>A claim does not continue where the store stands: 412.</summary>
    PositionGap,

    /// <summary>An item does not lie in any claim: 400.</summary>
    BadClaim,

    /// <summary>The documents are in the tail and not durable in time: 503.</summary>
    NotDurable,

    /// <summary>The store failed or stops: 503.</summary>
    Stopped,
}

internal readonly record struct IngestOutcome(IngestResult Result, string Reason = "");
