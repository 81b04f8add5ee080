namespace LogFlow.Queue.Storage;

/// <summary>Something that is queued for the writer thread.</summary>
internal abstract class WriteOperation
{
    /// <summary>
    /// Writer, first: decides what happens and hands bytes to a target. Must not throw for a bad disk.
    /// </summary>
    public abstract void Stage(LogWriter writer);

    /// <summary>Writer, after all targets of the group are synced: answers.</summary>
    public abstract void Complete();

    /// <summary>The writer has ended; nothing was done.</summary>
    public abstract void Abandon();
}
