namespace LogFlow.Appliance.Tools;

/// <summary>What <see cref="LineReader"/> found.</summary>
internal enum LineOutcome
{
    /// <summary>The input is at its end.</summary>
    End,

    /// <summary>A line.</summary>
    Line,

    /// <summary>A line that is longer than allowed; it is skipped.</summary>
    TooLong,
}
