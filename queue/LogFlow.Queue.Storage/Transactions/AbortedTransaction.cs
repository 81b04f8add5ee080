namespace LogFlow.Queue.Storage;

/// <summary>A transaction whose records in a partition do not count.</summary>
/// <param name="ProducerId">Whose.</param>
/// <param name="FirstOffset">Of its first record here.</param>
/// <param name="LastOffset">Of its marker here.</param>
/// <param name="LastStableOffset">
/// The last stable offset when the marker was appended: every transaction that ends behind this one begins at or above.
/// </param>
public readonly record struct AbortedTransaction(
    long ProducerId, long FirstOffset, long LastOffset, long LastStableOffset);
