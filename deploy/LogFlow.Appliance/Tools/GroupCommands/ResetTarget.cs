namespace LogFlow.Appliance;

/// <summary>Where <c>groups reset-offsets</c> is to set a group's offsets.</summary>
/// <param name="Kind">By what.</param>
/// <param name="Value">An offset, a time in ms since the Unix epoch, or a number of records; else 0.</param>
internal readonly record struct ResetTarget(ResetKind Kind, long Value = 0)
{
    /// <summary>The new offset of one partition; null where there is nothing to shift from.</summary>
    /// <param name="range">What the partition holds.</param>
    /// <param name="committed">The group's offset, if any.</param>
    /// <param name="atTime">The first record's at the time asked for; null where none is that young.</param>
    public long? Choose(OffsetRange range, long? committed, long? atTime) => Kind switch
    {
        ResetKind.Earliest => range.Earliest,
        ResetKind.Latest => range.Latest,
        ResetKind.Offset => range.Clamp(Value),
        ResetKind.Time => atTime ?? range.Latest,
        ResetKind.Shift => committed is { } current ? range.Clamp((Int128)current + Value) : null,
        _ => committed ?? range.Latest,
    };
}
