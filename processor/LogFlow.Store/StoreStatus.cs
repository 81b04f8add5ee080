namespace LogFlow.Store;

/// <summary>What the store holds and does, at one moment.</summary>
/// <param name="DocumentCount">Documents that a search can find, the tail's included.</param>
/// <param name="DiskBytes">Bytes of the segments on disk.</param>
/// <param name="SegmentCount">Segments on disk.</param>
/// <param name="TailDocumentCount">Documents in memory that are not durable yet (the queue still has them).</param>
/// <param name="TailRawBytes">JSON bytes of those documents.</param>
/// <param name="IngestedCount">Documents taken in since the start.</param>
/// <param name="DuplicateCount">Documents refused since the start because they were there already.</param>
/// <param name="RejectedCount">Documents refused since the start as unreadable.</param>
/// <param name="DocumentsPerSecond">Documents taken in per second, over the last seconds.</param>
/// <param name="CorruptCount">Segments and blocks found damaged since the start; searches skip and report them.</param>
public sealed record StoreStatus(
    long DocumentCount,
    long DiskBytes,
    int SegmentCount,
    long TailDocumentCount,
    long TailRawBytes,
    long IngestedCount,
    long DuplicateCount,
    long RejectedCount,
    double DocumentsPerSecond,
    long CorruptCount);
