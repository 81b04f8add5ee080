namespace LogFlow.Appliance;

/// <summary>What <see cref="InputLineReader"/> found.</summary>
internal enum LineOutcome
{
    /// <summary>The input is at its end.</summary>
    End,

    /// <summary>A line.</summary>
    Line,

    /// <summary>A line that is longer than allowed; it is skipped.</summary>
    TooLong,
}
