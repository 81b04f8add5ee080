using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// One Fetch request's work: the partitions asked for, the answer, and the memory that the answer refers to, which is
/// given back when the answer is sent.
/// </summary>
internal sealed class FetchOperation : IDisposable
{
    private const long NoOffset = -1;
    private const sbyte ReadCommitted = 1;

    /// <summary>An answer gets this much however full the memory budget is, or nobody would ever get ahead.</summary>
    private const int AnswerBytesMin = 16 << 10;

    /// <summary>
    /// What of a partition is read into memory for one answer, where it must be: right after a start, say, when
    /// everything read is checked. Larger regions are sent out of their files.
    /// </summary>
    private const int PartitionMemoryBytesMax = 2 << 20;

    private readonly int _bytesMax;
    private readonly bool _isReadCommitted;
    private readonly ByteBudget _budget;
    private readonly int _turn;
    private readonly List<Item> _items = [];
    private readonly List<ReadResult> _results = [];
    private long _bytesHeld;
    private long _memoryLeft;
    private bool _hasTaken;
    private int _filledCount;

    public FetchOperation(int bytesMax, FetchRequest request, ByteBudget budget, int turn)
    {
        _bytesMax = Math.Min(bytesMax, Math.Max(0, request.MaxBytes));
        _isReadCommitted = request.IsolationLevel == ReadCommitted;
        _budget = budget;
        _turn = turn;
    }

    public FetchResponse Response { get; } = new();

    public IReadOnlyList<Item> Items => _items;

    /// <summary>The reader wants no records of open or aborted transactions.</summary>
    public bool IsReadCommitted => _isReadCommitted;

    /// <summary>False where an error must be told at once, or nothing was asked for.</summary>
    public bool CanWait { get; private set; } = true;

    public void Refuse(FetchResponse.PartitionData data, ErrorCode error)
    {
        data.ErrorCode = error;
        data.HighWatermark = NoOffset;
        data.Records = ReadOnlyMemory<byte>.Empty;
        CanWait = false;
    }

    public void Add(FetchResponse.PartitionData data, FetchRequest.FetchPartition asked, PartitionLog log) =>
        _items.Add(new Item(data, asked.FetchOffset, Math.Max(0, asked.PartitionMaxBytes), log));

    /// <summary>
    /// A reader that names the epoch of the last record it has (version 12) is told where its log and this one part,
    /// instead of being given records that do not follow its own.
    /// </summary>
    public bool TryAnswerDivergence(
        FetchResponse.PartitionData data, FetchRequest.FetchPartition asked, PartitionLog log)
    {
        if (asked.LastFetchedEpoch < 0)
        {
            return false;
        }

        var end = log.GetEpochEndOffset(asked.LastFetchedEpoch);
        if (end.LeaderEpoch < 0 || (end.LeaderEpoch >= asked.LastFetchedEpoch && end.EndOffset >= asked.FetchOffset))
        {
            return false;
        }

        data.HighWatermark = log.HighWatermark;
        data.LastStableOffset = log.LastStableOffset;
        data.LogStartOffset = log.LogStartOffset;
        data.DivergingEpoch = new FetchResponse.EpochEndOffset { Epoch = end.LeaderEpoch, EndOffset = end.EndOffset };
        data.Records = ReadOnlyMemory<byte>.Empty;
        CanWait = false;
        return true;
    }

    /// <summary>Reads every partition, within the limits, and returns the bytes read.</summary>
    public long Read()
    {
        if (_items.Count == 0)
        {
            CanWait = false;
            return 0;
        }

        var memoryWanted = Math.Min(_bytesMax, (long)_items.Count * PartitionMemoryBytesMax);
        _bytesHeld = _budget.TakeUpTo(Math.Min(AnswerBytesMin, _bytesMax), memoryWanted);
        _hasTaken = true;
        _memoryLeft = _bytesHeld;
        var left = (long)_bytesMax;
        for (var i = 0; i < _items.Count; i++)
        {
            left -= Read(_items[(i + _turn) % _items.Count], left);
        }

        // What was not used is free for others at once; a first batch larger than allowed is counted in full.
        _budget.Resize(_bytesHeld, _bytesHeld - _memoryLeft);
        _bytesHeld -= _memoryLeft;
        return _bytesMax - left;
    }

    public void Release()
    {
        foreach (var result in _results)
        {
            result.Dispose();
        }

        _results.Clear();
        _filledCount = 0;
        if (_hasTaken)
        {
            _hasTaken = false;
            _budget.Return(_bytesHeld);
        }
    }

    public void CountBytes(QueueMetrics metrics)
    {
        foreach (var item in _items)
        {
            if (item.Data.Records is { Length: > 0 } records)
            {
                metrics.Fetched(item.Log.Topic.Name, records.Length);
            }
        }
    }

    public void Dispose() => Release();

    private int Read(Item item, long left)
    {
        // The first batch found is returned even where it exceeds every limit: the reader could not get past it.
        var isFirst = _filledCount == 0;
        var bytesMax = (int)Math.Min(item.BytesMax, Math.Max(0, left));
        item.SizeAtRead = item.Log.SizeInBytes;
        if (item.Log.IsDeleted)
        {
            Refuse(item.Data, ErrorCode.UnknownTopicOrPartition);
            return 0;
        }

        if ((bytesMax == 0 || _memoryLeft <= 0) && !isFirst)
        {
            SetOffsets(item.Data, item.Log);
            return 0;
        }

        var memoryMax = (int)Math.Clamp(_memoryLeft, 0, PartitionMemoryBytesMax);
        var result = item.Log.Read(item.Offset, bytesMax, memoryMax, _isReadCommitted);
        _results.Add(result);
        item.Data.ErrorCode = result.Error;
        item.Data.Records = result.Batches;
        if (result.Error != ErrorCode.None)
        {
            Refuse(item.Data, result.Error);
            item.Data.LastStableOffset = NoOffset;
            item.Data.LogStartOffset = NoOffset;
            return 0;
        }

        item.Data.HighWatermark = result.HighWatermark;
        item.Data.LastStableOffset = result.LastStableOffset;
        item.Data.LogStartOffset = result.LogStartOffset;
        item.Data.AbortedTransactions = _isReadCommitted ? ListAborted(result) : null;
        if (result.Batches.IsEmpty)
        {
            return 0;
        }

        _filledCount++;
        _memoryLeft -= result.HeldBytes;
        return result.Batches.Length;
    }

    private static List<FetchResponse.AbortedTransaction> ListAborted(in ReadResult result)
    {
        var aborted = new List<FetchResponse.AbortedTransaction>(result.AbortedTransactions.Count);
        foreach (var transaction in result.AbortedTransactions)
        {
            aborted.Add(new FetchResponse.AbortedTransaction
            {
                ProducerId = transaction.ProducerId,
                FirstOffset = transaction.FirstOffset,
            });
        }

        return aborted;
    }

    private void SetOffsets(FetchResponse.PartitionData data, PartitionLog log)
    {
        data.HighWatermark = log.HighWatermark;
        data.LastStableOffset = log.LastStableOffset;
        data.LogStartOffset = log.LogStartOffset;
        data.AbortedTransactions = _isReadCommitted ? [] : null;
        data.Records = ReadOnlyMemory<byte>.Empty;
    }

    /// <summary>One partition of the request.</summary>
    internal sealed class Item(FetchResponse.PartitionData data, long offset, int bytesMax, PartitionLog log)
    {
        public FetchResponse.PartitionData Data { get; } = data;

        public long Offset { get; } = offset;

        public int BytesMax { get; } = bytesMax;

        public PartitionLog Log { get; } = log;

        /// <summary>The log's size just before it was read: what it grew by since is worth waking for.</summary>
        public long SizeAtRead { get; set; }
    }
}
