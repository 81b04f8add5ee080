namespace LogFlow.Appliance;

/// <summary>The ways to say where to begin.</summary>
internal enum StartKind
{
    /// <summary>With the first record there is.</summary>
    Beginning,

    /// <summary>With what comes.</summary>
    End,

    /// <summary>With an offset.</summary>
    Offset,

    /// <summary>With the last so many records of each partition.</summary>
    Last,

    /// <summary>With the first record at or after a time.</summary>
    Time,
}
