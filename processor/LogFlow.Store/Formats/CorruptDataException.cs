namespace LogFlow.Store;

/// <summary>Bytes on disk are not what was written: a checksum, a length or a structure is wrong.</summary>
internal sealed class CorruptDataException(string message) : IOException(message);
