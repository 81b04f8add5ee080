namespace LogFlow.Appliance;

/// <summary>The ways to choose a new offset; they are those of kafka-consumer-groups.</summary>
internal enum ResetKind
{
    /// <summary>The first record there is.</summary>
    Earliest,

    /// <summary>Behind the last one.</summary>
    Latest,

    /// <summary>An offset, or the nearest that the partition holds.</summary>
    Offset,

    /// <summary>The first record at or after a time; behind the last one where there is none.</summary>
    Time,

    /// <summary>So many records forward or back, within what the partition holds.</summary>
    Shift,

    /// <summary>Where the group is; where it has committed nothing, behind the last record.</summary>
    Current,
}
