namespace LogFlow.Agent;

/// <summary>A file incarnation that ended: by truncation, by replacement, or with its file.</summary>
/// <param name="State">Its state.</param>
/// <param name="Position">How far it was read.</param>
/// <param name="TailCrc">Checksum of the bytes before that.</param>
/// <param name="EndedAt">When, a <see cref="TimeProvider"/> timestamp.</param>
/// <param name="IsKept">
/// The registry keeps it for a while: a copy that rotation made of it may turn up, also after a restart.
/// </param>
internal sealed record EndedIncarnation(FileState State, long Position, uint TailCrc, long EndedAt, bool IsKept)
{
    /// <summary>How far it was read; further, where the queue turns out to have more of it.</summary>
    public long Position { get; private set; } = Position;

    /// <summary>Checksum of the bytes before <see cref="Position"/>.</summary>
    public uint TailCrc { get; private set; } = TailCrc;

    /// <summary>Bytes behind <see cref="Position"/> that it is known to have had.</summary>
    public long UnreadBytes { get; init; }

    /// <summary>It ended while nobody looked: it may have had more.</summary>
    public bool WasUnwatched { get; init; }

    /// <summary>What is before this is done with.</summary>
    public void ContinueAt(long position, uint tailCrc)
    {
        if (position > Position)
        {
            (Position, TailCrc) = (position, tailCrc);
        }
    }
}
