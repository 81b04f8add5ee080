namespace LogFlow.Processor.Pipeline;

/// <summary>The types an event's field can have.</summary>
public enum ValueKind : byte
{
    /// <summary>There is no such field.</summary>
    Missing,

    /// <summary>JSON null.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A 64-bit integer.</summary>
    Integer,

    /// <summary>A double.</summary>
    Float,

    /// <summary>An integer beyond 64 bits.</summary>
    BigInteger,

    /// <summary>Text, or a slice of a longer text.</summary>
    String,

    /// <summary>An instant in UTC.</summary>
    Timestamp,

    /// <summary>An <see cref="EventList"/>.</summary>
    List,

    /// <summary>An <see cref="EventMap"/>.</summary>
    Map,
}
