namespace LogFlow.Agent;

/// <summary>
/// The files of a registry: one snapshot with a copy, and the journal that continues it, known by a number. Tests put
/// faults behind this seam.
/// </summary>
internal interface IRegistryStorage
{
    /// <summary>For messages.</summary>
    string Location { get; }

    /// <summary>The snapshot's bytes, or null where there is none.</summary>
    byte[]? ReadSnapshot();

    /// <summary>Replaces the snapshot so that a crash leaves the old or the new one whole.</summary>
    void ReplaceSnapshot(ReadOnlySpan<byte> content);

    /// <summary>The bytes of the snapshot's copy, or null where there is none.</summary>
    byte[]? ReadCopy();

    /// <summary>Replaces the copy, in the same way.</summary>
    void ReplaceCopy(ReadOnlySpan<byte> content);

    /// <summary>Numbers of the journals that are there.</summary>
    IReadOnlyList<long> ListJournals();

    /// <summary>A journal's bytes, or null where there is none.</summary>
    byte[]? ReadJournal(long number);

    /// <summary>Makes an empty journal whose existence is durable, with room reserved where that can be done.</summary>
    IRegistryJournal CreateJournal(long number, long reservedBytes);

    /// <summary>Removes a journal.</summary>
    void DeleteJournal(long number);

    /// <summary>Puts a damaged journal aside under another name, for examination.</summary>
    void SetJournalAside(long number);
}

/// <summary>A journal that is being written.</summary>
internal interface IRegistryJournal : IDisposable
{
    /// <summary>Writes at a position.</summary>
    void Write(ReadOnlySpan<byte> data, long position);

    /// <summary>Makes everything written durable.</summary>
    void Sync();
}
