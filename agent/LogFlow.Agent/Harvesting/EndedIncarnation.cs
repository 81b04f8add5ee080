namespace LogFlow.Agent;

/// <summary>A file incarnation that ended by truncation or replacement.</summary>
/// <param name="State">Its state.</param>
/// <param name="Position">How far it was read.</param>
/// <param name="TailCrc">Checksum of the bytes before that.</param>
/// <param name="EndedAt">When, a <see cref="TimeProvider"/> timestamp.</param>
internal readonly record struct EndedIncarnation(FileState State, long Position, uint TailCrc, long EndedAt);
