namespace LogFlow.Processor.Pipeline;

/// <summary>
/// One member of an <see cref="EventMap"/>: where it stands in the original JSON, and what has been decoded or set
/// since.
/// </summary>
internal struct EventMember
{
    /// <summary>
    /// The decoded name: a string, or the <see cref="FieldSegment"/> it was set by, which knows its JSON form. Null
    /// while only the JSON has it.
    /// </summary>
    public object? Key;

    /// <summary>The decoded or set value; missing while only the JSON has it.</summary>
    public EventValue Value;

    /// <summary>Where the name starts in the JSON (behind its quote); -1 when the member was added later.</summary>
    public int NameOffset;

    /// <summary>The name's length in bytes, without quotes.</summary>
    public int NameLength;

    /// <summary>Where the value starts in the JSON; -1 when the value was set later.</summary>
    public int ValueOffset;

    /// <summary>The value's length in bytes.</summary>
    public int ValueLength;

    /// <summary>The decoded name; null while only the JSON has it.</summary>
    public readonly string? Name => Key as string ?? (Key as FieldSegment)?.Name;
}
