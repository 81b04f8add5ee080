namespace LogFlow.Platform;

/// <summary>One place in the line for a <see cref="ByteBudget"/>.</summary>
internal sealed class ByteWaiter(ByteClaim? claim, long bytes, bool isSmall, long sequence, long began)
{
    public static IComparer<ByteWaiter> BySequence { get; } =
        Comparer<ByteWaiter>.Create((left, right) => left.Sequence.CompareTo(right.Sequence));

    /// <summary>The claim that grows; null for a simple take.</summary>
    public ByteClaim? Claim { get; } = claim;

    public long Bytes { get; } = bytes;

    public bool IsSmall { get; } = isSmall;

    public long Sequence { get; } = sequence;

    /// <summary>The timestamp at which it took its place.</summary>
    public long Began { get; } = began;

    public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
