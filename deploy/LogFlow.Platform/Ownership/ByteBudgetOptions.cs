namespace LogFlow.Platform;

/// <summary>What a <see cref="ByteBudget"/> may give out, and how it behaves under pressure.</summary>
public sealed record ByteBudgetOptions
{
    /// <summary>Bytes that may be held at once.</summary>
    public required long BytesMax { get; init; }

    /// <summary>Claims that may hold bytes at once, however small.</summary>
    public int ClaimsMax { get; init; } = int.MaxValue;

    /// <summary>Of <see cref="BytesMax"/>, what only small claims get, so that they never wait for large
    /// ones.</summary>
    public long ReserveBytes { get; init; }

    /// <summary>A claim of up to this many bytes is a small one.</summary>
    public long SmallBytesMax { get; init; } = 64 << 10;

    /// <summary>What one <see cref="ByteHolder"/> may hold; above it a claim goes on by the overdraft alone.</summary>
    public long ShareBytesMax { get; init; } = long.MaxValue;

    /// <summary>
    /// Bytes beyond <see cref="BytesMax"/> that are lent, to one growing claim at a time, so that a budget full of
    /// claims which all wait for more never stands still. No less than the largest claim; 0: nothing grows here.
    /// </summary>
    public long OverdraftBytesMax { get; init; }

    /// <summary>A claim that overdraws and has not grown for so long no longer keeps the overdraft from
    /// others.</summary>
    public TimeSpan StallAfter { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Who waits for so long is a reason to cut off those that hold bytes and are slow to bring
    /// more.</summary>
    public TimeSpan CutAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What a growing claim must bring a second, once others wait for <see cref="CutAfter"/>.</summary>
    public long SlowBytesPerSecond { get; init; } = 64 << 10;

    /// <summary>A wait of this length is reported, and again each time as much has gone by.</summary>
    public TimeSpan ReportAfter { get; init; } = TimeSpan.FromSeconds(5);
}
