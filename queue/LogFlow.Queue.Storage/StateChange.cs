namespace LogFlow.Queue.Storage;

/// <summary>One change of a <see cref="StateLog"/>.</summary>
/// <param name="Key">At most 64 KiB.</param>
/// <param name="Value">Null removes the key.</param>
public readonly record struct StateChange(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value);
