namespace LogFlow.Agent;

/// <summary>Kinds of registry entries; the byte tables are in ARCHITECTURE.md.</summary>
internal enum EntryType : byte
{
    /// <summary>Agent id and counters; the first entry of a snapshot.</summary>
    Agent = 1,

    /// <summary>Topic name, id and partition count.</summary>
    Topic = 2,

    /// <summary>A file's whole state.</summary>
    FileSet = 3,

    /// <summary>A file is forgotten.</summary>
    FileRemove = 4,

    /// <summary>A position moved without a batch.</summary>
    Advance = 5,

    /// <summary>A batch is about to be sent.</summary>
    Intent = 6,

    /// <summary>The queue has the batch.</summary>
    Ack = 7,

    /// <summary>The batch will not be sent under this intent.</summary>
    Withdraw = 8,

    /// <summary>The last entry of a snapshot: the number of entries before it.</summary>
    End = 9,
}
