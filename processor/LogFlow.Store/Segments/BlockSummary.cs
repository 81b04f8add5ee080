namespace LogFlow.Store;

/// <summary>What is known of a block without reading it.</summary>
internal readonly record struct BlockSummary(
    int RowCount, long RawBytes, long MinTimeMs, long MaxTimeMs, long MinSequence, long MaxSequence);
