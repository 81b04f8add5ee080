using LogFlow.Kafka.Protocol.Records;
using LogFlow.Processor.DeadLetters;
using LogFlow.Processor.Inputs;
using LogFlow.Processor.Outputs;

namespace LogFlow.Processor.Execution;

/// <summary>
/// One consumed batch on its way: its records (kept for dead letters until all is done) and, once filtered, what each
/// output is to write. Worker, outputs and window each touch it in turn; the hand-overs are the window's lock and the
/// outputs' channels.
/// </summary>
internal sealed class InFlightBatch
{
    private readonly IRecordBatch _records;
    private readonly OutputPart?[] _parts;
    private readonly Action<InFlightBatch> _finished;
    private int _outputsLeft;

    public InFlightBatch(
        PartitionWindow window, IRecordBatch records, RecordDecoder decoder, int outputCount,
        Action<InFlightBatch> finished)
    {
        Window = window;
        Decoder = decoder;
        _records = records;
        _parts = new OutputPart?[outputCount];
        _finished = finished;
        FirstOffset = records.FirstOffset;
        NextOffset = records.NextOffset;
        SizeInBytes = records.SizeInBytes;
        RecordCount = records.Records.Length;
    }

    public PartitionWindow Window { get; }

    /// <summary>Makes events of the records, as their input says.</summary>
    public RecordDecoder Decoder { get; }

    /// <summary>Events that go to at least one output.</summary>
    public int EventCount { get; set; }

    public long FirstOffset { get; }

    public long NextOffset { get; }

    public int SizeInBytes { get; }

    public int RecordCount { get; }

    public ReadOnlyMemory<Record> Records => _records.Records;

    /// <summary>Records that could not be decoded or filtered; null: none.</summary>
    public List<DeadLetter>? DeadLetters { get; private set; }

    /// <summary>Guarded by the window's lock.</summary>
    public bool IsFiltered { get; set; }

    /// <summary>Guarded by the window's lock.</summary>
    public bool IsFinished { get; set; }

    /// <summary>The record with this offset, which one of the batch's events came from.</summary>
    public Record GetRecord(long offset)
    {
        var records = _records.Records.Span;
        var low = 0;
        var high = records.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = records[middle].Offset < offset ? (middle + 1, high) : (low, middle);
        }

        return records[low];
    }

    /// <summary>What the output is to write; null: nothing of this batch.</summary>
    public OutputPart? GetPart(int output) => _parts[output];

    /// <summary>The output's part, made when the first event comes.</summary>
    public OutputPart GetOrCreatePart(int index, Output output) => _parts[index] ??= output.CreatePart(RecordCount);

    public void AddDeadLetter(DeadLetter letter) => (DeadLetters ??= []).Add(letter);

    /// <summary>Takes back what was encoded, where filtering has to start over or the batch is not wanted.</summary>
    public void Reset()
    {
        for (var index = 0; index < _parts.Length; index++)
        {
            _parts[index]?.Dispose();
            _parts[index] = null;
        }

        DeadLetters = null;
        EventCount = 0;
    }

    /// <summary>Before it is handed out: how many outputs (dead letters included) have to finish.</summary>
    public void ExpectOutputs(int count) => Volatile.Write(ref _outputsLeft, count);

    /// <summary>
    /// One output has it all, durably as far as the output can tell, or the batch is not wanted any more.
    /// </summary>
    public void OutputDone()
    {
        if (Interlocked.Decrement(ref _outputsLeft) == 0)
        {
            Finish();
        }
    }

    /// <summary>At the end of everything: lets go of all memory. Nothing of the batch was done, nobody is
    /// told.</summary>
    public void Abandon()
    {
        Reset();
        _records.Dispose();
    }

    /// <summary>Lets go of all memory and tells the window.</summary>
    public void Finish()
    {
        var events = EventCount;
        Reset();
        EventCount = events;
        _records.Dispose();
        _finished(this);
    }
}
