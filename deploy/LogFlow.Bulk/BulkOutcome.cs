namespace LogFlow.Bulk;

/// <summary>What becomes of a document after the server answered for it.</summary>
public enum BulkOutcome
{
    /// <summary>No answer for the document yet.</summary>
    Unknown,

    /// <summary>Stored.</summary>
    Done,

    /// <summary>Stored earlier under the same id (409 on create): as good as <see cref="Done"/>.</summary>
    Duplicate,

    /// <summary>Not stored now, but may be later: send it again with the same id.</summary>
    Retry,

    /// <summary>
    /// Not stored until an operator acts (no index and no template for it, a block, privileges): sent again slowly,
    /// apart
    /// from the others, and never dead-lettered.
    /// </summary>
    Refused,

    /// <summary>Never going to be stored as it is: to the dead-letter topic, with the reason.</summary>
    DeadLetter,
}
