using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage;

/// <summary>
/// A record batch that a partition has looked at: refused, with the reason, or ready to be appended. Then it has a
/// share of the memory that its bytes lie in, which the append takes over and gives back when it has answered; dispose
/// it where it may not come to that.
/// </summary>
public sealed class CheckedBatch : IDisposable
{
    private IDisposable? _memory;

    internal CheckedBatch(PartitionLog log, in BatchValidation refusal)
    {
        Log = log;
        Error = refusal.Error;
        Message = refusal.Message;
        Problems = refusal.Problems;
    }

    internal CheckedBatch(PartitionLog log, in RecordBatchHeader header, Memory<byte> bytes, IDisposable memory)
    {
        Log = log;
        Header = header;
        Bytes = bytes;
        _memory = memory;
    }

    /// <summary>The partition that has looked at it.</summary>
    public PartitionLog Log { get; }

    /// <summary>Why it cannot be appended; None where it can.</summary>
    public ErrorCode Error { get; }

    /// <summary>The reason in words.</summary>
    public string? Message { get; }

    /// <summary>Which records are the reason.</summary>
    public IReadOnlyList<RecordProblem>? Problems { get; }

    /// <summary>The header of what will be stored.</summary>
    public RecordBatchHeader Header { get; }

    /// <summary>What will be stored; the writer sets offset and epoch in place.</summary>
    internal Memory<byte> Bytes { get; }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _memory, null)?.Dispose();

    /// <summary>The answer of a batch that was refused.</summary>
    internal AppendResult Refusal => AppendResult.Failed(Error, Log.LogStartOffset) with
    {
        Message = Message,
        RecordProblems = Problems,
    };

    /// <summary>Hands over the share of the memory: from here on it is the caller's to give back.</summary>
    internal IDisposable TakeMemory() =>
        Interlocked.Exchange(ref _memory, null) ?? throw new ObjectDisposedException(nameof(CheckedBatch));
}
