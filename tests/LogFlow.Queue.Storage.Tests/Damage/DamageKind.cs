namespace LogFlow.Queue.Storage.Tests;

/// <summary>One way in which one file is damaged, once.</summary>
public enum DamageKind
{
    /// <summary>The file is gone.</summary>
    Deleted,

    /// <summary>Nothing of it is left.</summary>
    CutToZero,

    /// <summary>A byte of it is left.</summary>
    CutToOne,

    /// <summary>It ends inside of its magic.</summary>
    CutInMagic,

    /// <summary>Its second half is gone.</summary>
    CutInHalf,

    /// <summary>Its last byte that is not zero is gone, and all behind it.</summary>
    CutByOne,

    /// <summary>A bit of its first byte is the other one.</summary>
    FlippedFirst,

    /// <summary>A bit in its middle is the other one.</summary>
    FlippedMiddle,

    /// <summary>A bit in its last 40 bytes that are not zero is the other one.</summary>
    FlippedLast,

    /// <summary>As many zeros.</summary>
    Zeros,

    /// <summary>What it was at the first checkpoint.</summary>
    OlderCopy,
}
