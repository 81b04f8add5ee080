namespace LogFlow.Agent;

/// <summary>What the recovery asks of the inputs, which know the files.</summary>
internal interface IRecoveryFiles
{
    /// <summary>
    /// Tries the places where an incarnation's bytes may be, the likeliest first, until one does: its open file, its
    /// path, the copies that rotation made of it.
    /// </summary>
    /// <param name="state">The incarnation.</param>
    /// <param name="use">Told each place; true where the bytes were there.</param>
    /// <exception cref="IOException">A place is there and cannot be read at present.</exception>
    bool TryPlaces(FileState state, Func<RecoverySource, bool> use);

    /// <summary>
    /// Whether a file, or one that continues it, is still followed and so read from where it was left.
    /// </summary>
    bool IsFollowed(FileState state);

    /// <summary>Whether the file is missing because the volume it lies on is.</summary>
    bool IsVolumeGone(FileState state);

    /// <summary>The incarnation's bytes up to a position are done with: reading goes on behind them.</summary>
    void ContinueAt(long generation, long position, uint tailCrc);

    /// <summary>Reading may go on in all partitions: whoever was told to wait is woken.</summary>
    void WakeAll();
}
