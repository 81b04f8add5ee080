namespace LogFlow.Kafka.Protocol;

/// <summary>A header of a record.</summary>
/// <param name="Key">UTF-8 name.</param>
/// <param name="Value">Null is a value of its own.</param>
public readonly record struct RecordHeader(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);
