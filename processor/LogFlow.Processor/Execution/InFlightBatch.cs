using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

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
    private readonly Action<InFlightBatch, IReadOnlyList<DeadLetter>> _handOver;
    private Dictionary<long, Replay>? _replays;
    private int _outputsLeft;

    /// <param name="window">The window it belongs to.</param>
    /// <param name="records">Its records; given back when all is done.</param>
    /// <param name="decoder">Makes events of them.</param>
    /// <param name="outputCount">How many outputs there are.</param>
    /// <param name="handOver">Takes dead letters to their lane.</param>
    /// <param name="finished">Told when all is done.</param>
    public InFlightBatch(
        PartitionWindow window, IRecordBatch records, RecordDecoder decoder, int outputCount,
        Action<InFlightBatch, IReadOnlyList<DeadLetter>> handOver, Action<InFlightBatch> finished)
    {
        Window = window;
        Decoder = decoder;
        _records = records;
        _parts = new OutputPart?[outputCount];
        _finished = finished;
        _handOver = handOver;
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

    /// <summary>What became of its records so far; the workers' and the outputs' turns each add theirs.</summary>
    public BatchTally Tally;

    public long FirstOffset { get; }

    public long NextOffset { get; }

    public int SizeInBytes { get; }

    public int RecordCount { get; }

    public ReadOnlyMemory<Record> Records => _records.Records;

    /// <summary>The record batch that cannot be decoded, where that is all there is; null: there are records.</summary>
    public UndecodableBatch? Undecodable => _records.Undecodable;

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

    public void AddDeadLetter(DeadLetter letter)
    {
        (DeadLetters ??= []).Add(letter);
        if (letter.Stage == DeadLetterStage.Output)
        {
            Tally.RefusedByOutputs++;
        }
        else
        {
            Tally.Refused++;
        }
    }

    /// <summary>
    /// A record says that it repeats an earlier one. It is believed where that one stands before it in the same
    /// partition of the same topic: its id is spent already, so nobody can claim the id of a record to come.
    /// </summary>
    public void AddReplay(long offset, Replay replay)
    {
        if (replay.TopicId == Window.Identity.TopicId && replay.Partition == Window.Identity.Partition
            && replay.Offset < offset)
        {
            (_replays ??= []).Add(offset, replay);
        }
    }

    /// <summary>What the record with this offset repeats; null: nothing.</summary>
    public Replay? FindReplay(long offset) => _replays?.GetValueOrDefault(offset);

    /// <summary>Takes back what was encoded, where filtering has to start over or the batch is not wanted.</summary>
    public void Reset()
    {
        for (var index = 0; index < _parts.Length; index++)
        {
            _parts[index]?.Dispose();
            _parts[index] = null;
        }

        DeadLetters = null;
        _replays = null;
        EventCount = 0;
        Tally = default;
    }

    /// <summary>
    /// What an output refuses goes to the dead letters; the batch is done when they are kept, too. Before the output's
    /// own <see cref="OutputDone"/>.
    /// </summary>
    public void HandOver(IReadOnlyList<DeadLetter> letters)
    {
        Interlocked.Increment(ref _outputsLeft);
        Interlocked.Add(ref Tally.RefusedByOutputs, letters.Count);
        _handOver(this, letters);
    }

    /// <summary>
    /// Something of the batch ends apart from the rest, with an <see cref="OutputDone"/> of its own. Before that of the
    /// output.
    /// </summary>
    public void ExpectMore() => Interlocked.Increment(ref _outputsLeft);

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
        var (events, tally) = (EventCount, Tally);
        Reset();
        (EventCount, Tally) = (events, tally);
        _records.Dispose();
        _finished(this);
    }
}
