namespace LogFlow.Agent;

/// <summary>Bytes of one file incarnation, whole lines, whose events are in one batch.</summary>
/// <param name="Generation">The incarnation.</param>
/// <param name="Start">First byte.</param>
/// <param name="End">The byte after the last.</param>
/// <param name="Crc">
/// CRC-32C of the bytes (of a line over the limit: only of those that are sent), so that a range that is read again is
/// known to be the same.
/// </param>
/// <param name="TailCrc">CRC-32C of the bytes before <paramref name="End"/>, 256 at most.</param>
internal readonly record struct FileRange(long Generation, long Start, long End, uint Crc, uint TailCrc);
