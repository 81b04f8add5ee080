namespace LogFlow.Queue.Storage;

/// <summary>A batch that an idempotent producer appended, as remembered to recognise its retry.</summary>
/// <param name="BaseSequence">Sequence of its first record.</param>
/// <param name="LastSequence">Sequence of its last record.</param>
/// <param name="BaseOffset">Where it was appended.</param>
/// <param name="TimestampMs">What the append was answered with; -1 for producers' timestamps.</param>
internal readonly record struct BatchMetadata(int BaseSequence, int LastSequence, long BaseOffset, long TimestampMs);
