namespace LogFlow.Queue.Storage;

/// <summary>One change of a <see cref="StateLog"/>.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Null removes the key.</param>
public readonly record struct StateChange(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value)
{
    /// <summary>Gives a key a value. (A null array would convert to an empty value, so say which you mean.)</summary>
    public static StateChange Set(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) => new(key, value);

    /// <summary>Removes a key.</summary>
    public static StateChange Remove(ReadOnlyMemory<byte> key) => new(key, null);
}
