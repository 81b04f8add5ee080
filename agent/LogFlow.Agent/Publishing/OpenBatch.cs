using System.Buffers;
using System.Buffers.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>
/// Records and file ranges being collected for one partition, then, sealed, on their way. Its memory is accounted to
/// the budget: uncompressed while it is built, compressed afterwards.
/// </summary>
internal sealed class OpenBatch(ByteBudget budget, int initialCapacity) : IDisposable
{
    /// <summary>The budget is asked in steps, not for each record.</summary>
    public const int ReserveStep = 64 * 1024;

    /// <summary>More than any batch of ours has uncompressed: a longer line is cut to 256 MiB at most.</summary>
    private const int RecodedBytesMax = 512 << 20;

    private readonly RecordBatchBuilder _builder = new(initialCapacity);
    private readonly List<FileRange> _ranges = [];
    private Lease<EncodedBatch>? _encoded;
    private readonly List<long> _taken = [];
    private long _reserved;
    private bool _isRangeEnded;

    /// <summary>Records so far.</summary>
    public int RecordCount { get; private set; }

    /// <summary>Bytes before compression.</summary>
    public int Size => _builder.UncompressedSize;

    /// <summary>What it is made of.</summary>
    public IReadOnlyList<FileRange> Ranges => _ranges;

    /// <summary>Completes when the batch is compressed.</summary>
    public Task Encoding { get; private set; } = Task.CompletedTask;

    /// <summary>The batch as it is sent.</summary>
    public Lease<EncodedBatch> Encoded => _encoded!;

    /// <summary>The intent under which it is sent.</summary>
    public Intent? Intent { get; set; }

    /// <summary>Each record's key ends in its position.</summary>
    public bool KeysNameLines { get; init; }

    /// <summary>It is sent again after a restart, under the intent that is on disk.</summary>
    public bool IsResend { get; init; }

    /// <summary>The send that is under way.</summary>
    public Task<SendOutcome>? Sending { get; set; }

    /// <summary>When it was given to the sink, a <see cref="TimeProvider"/> timestamp.</summary>
    public long SentAt { get; set; }

    /// <summary>Ranges without records that lie behind this batch: they count as done when it is.</summary>
    public List<FileRange> RangesBehind { get; } = [];

    /// <summary>Takes memory for another record; false when there is none.</summary>
    public bool TryReserve(int recordSize)
    {
        var needed = _builder.UncompressedSize + recordSize - _reserved;
        if (needed <= 0)
        {
            return true;
        }

        var step = Math.Max(needed, ReserveStep);
        if (!budget.TryTake(step))
        {
            return false;
        }

        Took(step);
        return true;
    }

    /// <summary>Takes memory without asking, for a batch that is sent again.</summary>
    public void ReserveAnyway(int recordSize)
    {
        var needed = _builder.UncompressedSize + recordSize - _reserved;
        if (needed > 0)
        {
            budget.Take(needed);
            Took(needed);
        }
    }

    /// <summary>Adds a record.</summary>
    /// <param name="timestampMs">The time of reading.</param>
    /// <param name="key">The key of the file's incarnation.</param>
    /// <param name="position">Where the event's first byte stands in the file.</param>
    /// <param name="value">The value.</param>
    public void Append(long timestampMs, ReadOnlySpan<byte> key, long position, ReadOnlySpan<byte> value)
    {
        if (KeysNameLines)
        {
            Span<byte> named = stackalloc byte[key.Length + PublisherOptions.PositionLengthMax];
            key.CopyTo(named);
            named[key.Length] = (byte)'-';
            Utf8Formatter.TryFormat(position, named[(key.Length + 1)..], out var digits, new StandardFormat('x'));
            _builder.Append(timestampMs, named[..(key.Length + 1 + digits)], value);
        }
        else
        {
            _builder.Append(timestampMs, key, value);
        }

        RecordCount++;
    }

    /// <summary>Says which bytes the last records came from. Adjoining ranges of a file become one.</summary>
    public void AddRange(long generation, long start, long end, ReadOnlySpan<byte> bytes, uint tailCrc)
    {
        if (!_isRangeEnded
            && _ranges.Count > 0
            && _ranges[^1] is var last
            && last.Generation == generation
            && last.End == start)
        {
            _ranges[^1] = last with { End = end, Crc = Crc32C.Append(last.Crc, bytes), TailCrc = tailCrc };
        }
        else
        {
            _ranges.Add(new FileRange(generation, start, end, Crc32C.Compute(bytes), tailCrc));
            _isRangeEnded = false;
        }
    }

    /// <summary>Says that the last range ends an event that further lines might have belonged to.</summary>
    public void EndRange() => _isRangeEnded = true;

    /// <summary>Ends the collecting and compresses; large batches on another thread.</summary>
    public void Seal(PublisherOptions options)
    {
        if (RecordCount == 0)
        {
            return;
        }

        if (Size < ReserveStep)
        {
            Encode(options);
        }
        else
        {
            Encoding = Task.Run(() => Encode(options));
        }
    }

    /// <summary>
    /// Builds the batch anew, where the queue refuses its bytes for what they are: with another time, or in another
    /// compression. Its records, and so its sequences, stay.
    /// </summary>
    public void Recode(CompressionType compression, int level, long? timestampMs)
    {
        var old = _encoded!;
        using var builder = new RecordBatchBuilder(Math.Max(1024, old.Value.Length * 2));
        using (var records = RecordBatch.Decode(old.Value.Memory, RecodedBytesMax))
        {
            foreach (var record in records)
            {
                builder.Append(timestampMs ?? record.TimestampMs, record.Key!.Value.Span, record.Value!.Value.Span);
            }
        }

        var buffer = builder.Build(compression, level: level);
        budget.Take(buffer.Length);
        _encoded = new Lease<EncodedBatch>(new EncodedBatch(buffer, budget));
        old.Dispose();
    }

    /// <summary>Puts the intent's producer and sequence into the batch.</summary>
    public void Stamp(Intent intent)
    {
        Intent = intent;
        var producer = intent.Producer;
        RecordBatch.SetProducer(_encoded!.Value.Memory.Span, producer.Id, producer.Epoch, intent.BaseSequence);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _encoded?.Dispose();
        _builder.Dispose();
        ReturnAll();
    }

    private void Took(long bytes)
    {
        _reserved += bytes;
        _taken.Add(bytes);
    }

    /// <summary>The budget counts takes: each is given back as it was taken.</summary>
    private void ReturnAll()
    {
        foreach (var bytes in _taken)
        {
            budget.Return(bytes);
        }

        _taken.Clear();
        _reserved = 0;
    }

    private void Encode(PublisherOptions options)
    {
        var buffer = _builder.Build(options.Compression, level: options.Level);

        // From here on only the compressed bytes are held, and the budget is theirs to give back.
        budget.Take(buffer.Length);
        _encoded = new Lease<EncodedBatch>(new EncodedBatch(buffer, budget));
        _builder.Dispose();
        ReturnAll();
    }
}
