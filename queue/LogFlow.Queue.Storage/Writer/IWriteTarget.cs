namespace LogFlow.Queue.Storage;

/// <summary>
/// A file that takes part in group commits. Each step is called once per group, for all targets, before the next step;
/// a target that met a disk error remembers it and answers its operations with it.
/// </summary>
internal interface IWriteTarget
{
    /// <summary>Writes what was staged.</summary>
    void WriteStaged();

    /// <summary>Makes it durable.</summary>
    void SyncStaged();

    /// <summary>Makes it visible.</summary>
    void PublishStaged();

    /// <summary>After all acknowledgements: wakes whoever waits for data.</summary>
    void NotifyListeners();
}
