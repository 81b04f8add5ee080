namespace LogFlow.Processor.Pipeline;

/// <summary>
/// A field that is written with an event without being part of it: what an output adds for its own destination must not
/// be seen by the outputs behind it.
/// </summary>
public readonly struct EventAddition
{
    private readonly FieldReference _field;

    /// <param name="field">A field one level below the top: <c>[event][ingested]</c>.</param>
    /// <param name="value">Its value; replaces the event's own.</param>
    /// <param name="isOptional">Left out, instead of an error, where the event has no map at the top.</param>
    public EventAddition(FieldReference field, EventValue value, bool isOptional = false)
    {
        if (field.Segments.Length != 2 || field.IsMetadata)
        {
            throw new ArgumentException("a field one level below the top is needed", nameof(field));
        }

        _field = field;
        Value = value;
        IsOptional = isOptional;
    }

    /// <summary>Its value.</summary>
    public EventValue Value { get; }

    /// <summary>Whether it may be left out.</summary>
    public bool IsOptional { get; }

    internal FieldReference Field => _field;

    internal FieldSegment SegmentAt(int depth) => _field.Segments[depth];
}
