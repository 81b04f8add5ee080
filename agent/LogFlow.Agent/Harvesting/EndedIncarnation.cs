namespace LogFlow.Agent;

/// <summary>A file incarnation that ended: by truncation, by replacement, or with its file.</summary>
/// <param name="State">Its state.</param>
/// <param name="Position">How far it was read.</param>
/// <param name="TailCrc">Checksum of the bytes before that.</param>
/// <param name="EndedAt">When, a <see cref="TimeProvider"/> timestamp.</param>
/// <param name="IsKept">
/// The registry keeps it for a while: a copy that rotation made of it may turn up, also after a restart.
/// </param>
internal readonly record struct EndedIncarnation(
    FileState State, long Position, uint TailCrc, long EndedAt, bool IsKept);
