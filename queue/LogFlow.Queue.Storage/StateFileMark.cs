namespace LogFlow.Queue.Storage;

/// <summary>What a state file was at a clean stop.</summary>
/// <param name="Length">Bytes up to the end of what was acknowledged.</param>
/// <param name="Crc">CRC-32C of them.</param>
internal readonly record struct StateFileMark(long Length, uint Crc);
