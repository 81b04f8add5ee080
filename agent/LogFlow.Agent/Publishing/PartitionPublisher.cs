using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// One partition's way to the queue. Readers append to its open batch; sealed batches are compressed in parallel and
/// leave in order, each after its intent is durable, five under way at most. A batch is sealed when it is full, or as
/// soon as nothing is under way: a single line leaves at once, and under load batches grow by themselves. No timer.
/// </summary>
internal sealed partial class PartitionPublisher
{
    /// <summary>
    /// Batches under way at most: as many as a queue remembers per producer to recognise a repetition.
    /// </summary>
    public const int InFlightMax = 5;

    private static readonly TimeSpan RefusedSaidPauseMax = TimeSpan.FromMinutes(10);

    private readonly int _partition;
    private readonly PublishingContext _context;
    private readonly AsyncSignal _signal;
    private readonly string _waiterName;

    /// <summary>
    /// Guards the open batch, the sealed ones and <see cref="_isUnderWay"/>. Taken by readers for as long as they
    /// append a block of lines, so that a file's lines and ranges stay together.
    /// </summary>
    private readonly Lock _buildLock = new();
    private readonly Queue<OpenBatch> _sealed = new();
    private OpenBatch? _open;
    private bool _flushWanted;
    private bool _isUnderWay;
    private bool _wasFull;
    private bool _isHeld;

    // Owned by the loop.
    private readonly List<OpenBatch> _inFlight = [];
    private ProducerId? _producer;
    private int _nextSequence;
    private long _waitingSince;
    private long _refusedSaidAt;
    private TimeSpan _refusedSaidPause;

    public PartitionPublisher(int partition, PublishingContext context)
    {
        _partition = partition;
        _context = context;
        _signal = new AsyncSignal(context.Time);
        _refusedSaidPause = context.Options.RefusedPause;
        _waiterName = $"waiting for a batch of partition {partition}";
    }

    /// <summary>
    /// What a former run left here is not taken up yet: nothing new may be read for this partition before.
    /// </summary>
    public bool IsHeld
    {
        get => Volatile.Read(ref _isHeld);
        set => Volatile.Write(ref _isHeld, value);
    }

    /// <summary>To be held over <see cref="Append"/>, <see cref="AddRange"/> and <see cref="SealOpen"/>.</summary>
    public Lock BuildLock => _buildLock;

    /// <summary>
    /// When the oldest batch that is not acknowledged was first ready to leave, a <see cref="TimeProvider"/> timestamp;
    /// 0: there is none.
    /// </summary>
    public long WaitingSince => Volatile.Read(ref _waitingSince);

    /// <summary>Nothing is collected, sealed or under way.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_buildLock)
            {
                return _open is null && _sealed.Count == 0 && !_isUnderWay;
            }
        }
    }

    /// <summary>The most bytes that a value with this key may have, so that a batch can hold it.</summary>
    public int ValueLengthMax(int keyLength) => _context.Options.ValueLengthMax(keyLength);

    /// <summary>The most bytes that a record takes in a batch.</summary>
    public int RecordSizeMax(int keyLength, int valueLength) => _context.Options.RecordSizeMax(keyLength, valueLength);

    /// <summary>Adds a record to the open batch.</summary>
    /// <param name="timestampMs">The time of reading.</param>
    /// <param name="key">The key of the file's incarnation.</param>
    /// <param name="position">Where the event's first byte stands in the file.</param>
    /// <param name="value">The value.</param>
    public LineAppendResult Append(long timestampMs, ReadOnlySpan<byte> key, long position, ReadOnlySpan<byte> value)
    {
        var size = _context.Options.RecordSizeMax(key.Length, value.Length);
        var open = Open();
        if (open.RecordCount > 0 && (open.Size + size > _context.Options.BatchBytesMax
            || open.RecordCount >= _context.Options.BatchRecordsMax))
        {
            return LineAppendResult.BatchFull;
        }

        if (!open.TryReserve(size))
        {
            return LineAppendResult.NoRoom;
        }

        open.Append(timestampMs, key, position, value);
        return LineAppendResult.Appended;
    }

    /// <summary>Makes sure of room for several records that have to be in one batch.</summary>
    public LineAppendResult Admit(int count, int bytes)
    {
        var open = Open();
        if (open.RecordCount > 0 && (open.Size + bytes > _context.Options.BatchBytesMax
            || open.RecordCount + (long)count > _context.Options.BatchRecordsMax))
        {
            return LineAppendResult.BatchFull;
        }

        return open.TryReserve(bytes) ? LineAppendResult.Appended : LineAppendResult.NoRoom;
    }

    /// <summary>Adds a record for which <see cref="Admit"/> made sure of room.</summary>
    public void AppendAdmitted(
        long timestampMs, ReadOnlySpan<byte> key, long position, ReadOnlySpan<byte> value) =>
        Open().Append(timestampMs, key, position, value);

    /// <summary>What follows is a range of its own, also where it adjoins.</summary>
    public void EndRange() => _open?.EndRange();

    /// <summary>Says which bytes the records since the last call came from.</summary>
    public void AddRange(long generation, long start, long end, ReadOnlySpan<byte> bytes, uint tailCrc) =>
        Open().AddRange(generation, start, end, bytes, tailCrc);

    /// <summary>Seals the open batch because it is full.</summary>
    public void SealOpen()
    {
        _wasFull = true;
        Seal();
    }

    /// <summary>
    /// The readers have nothing more at present, or no room: send what there is when the way is free.
    /// </summary>
    public void RequestFlush()
    {
        lock (_buildLock)
        {
            if (_open is null)
            {
                return;
            }

            _wasFull = false;
            if (_isUnderWay || _sealed.Count > 0)
            {
                _flushWanted = true;
            }
            else
            {
                Seal();
            }
        }
    }

    /// <summary>Takes batches that a former run left unacknowledged. While <see cref="IsHeld"/> only.</summary>
    public void AddResend(OpenBatch batch)
    {
        lock (_buildLock)
        {
            Seal(batch);
        }
    }

    private OpenBatch Open() => _open ??= new OpenBatch(
        _context.Budget, _wasFull ? _context.Options.FullCapacity : 16 * 1024)
    {
        KeysNameLines = _context.Options.KeysNameLines,
    };

    private void Seal()
    {
        if (_open is not { } batch)
        {
            return;
        }

        _open = null;
        _flushWanted = false;
        Seal(batch);
    }

    private void Seal(OpenBatch batch)
    {
        batch.Seal(_context.Options);
        _sealed.Enqueue(batch);
        WakeAfter(batch.Encoding);
    }

    /// <summary>
    /// The loop looks again when something has ended, well or not; what it was, the loop sees itself.
    /// </summary>
    private void WakeAfter(Task task)
    {
        if (task.IsCompleted || !_context.Work.StartHere(_waiterName, _ => SetAfterAsync(task)))
        {
            _signal.Set();
        }
    }

    private async Task SetAfterAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _signal.Set();
    }
}
