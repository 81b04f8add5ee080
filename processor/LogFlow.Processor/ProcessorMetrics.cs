using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LogFlow.Processor;

/// <summary>Meter <c>LogFlow.Processor</c>, and the same numbers for the status.</summary>
public sealed class ProcessorMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _recordsIn;
    private readonly Counter<long> _bytesIn;
    private readonly Counter<long> _eventsOut;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _batchesUndecodable;
    private readonly Counter<long> _deadLettersCut;
    private readonly Counter<long> _deadLettersInFile;
    private readonly Counter<long> _seekBacks;
    private readonly Histogram<double> _filterDuration;
    private long _recordsInCount;
    private long _bytesInCount;
    private long _eventsOutCount;
    private long _droppedCount;
    private long _deadLetterCount;

    /// <param name="meters">The host's meter factory.</param>
    public ProcessorMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create("LogFlow.Processor");
        _recordsIn = meter.CreateCounter<long>(
            "logflow.processor.records.in", "{record}", "Records taken from the queue.");
        _bytesIn = meter.CreateCounter<long>(
            "logflow.processor.bytes.in", "By", "Decompressed bytes of the records taken.");
        _eventsOut = meter.CreateCounter<long>(
            "logflow.processor.events.out", "{event}", "Events that every output has taken, by their batch.");
        _dropped = meter.CreateCounter<long>(
            "logflow.processor.events.dropped", "{event}", "Events dropped on purpose, by filters.");
        _deadLetters = meter.CreateCounter<long>(
            "logflow.processor.dead_letters", "{record}", "Records dead-lettered, by stage.");
        _batchesUndecodable = meter.CreateCounter<long>(
            "logflow.processor.batches.undecodable", "{batch}",
            "Record batches that could not be decoded and were dead-lettered as they are.");
        _deadLettersCut = meter.CreateCounter<long>(
            "logflow.processor.dead_letters.cut", "{record}",
            "Dead letters too large for their topic, whose whole value is in path.data.");
        _deadLettersInFile = meter.CreateCounter<long>(
            "logflow.processor.dead_letters.in_file", "{record}",
            "Dead letters that the queue did not take and that were put into path.data.");
        _seekBacks = meter.CreateCounter<long>(
            "logflow.processor.seek_backs", "{seek}", "Times that reading went back to where the store stood.");
        _filterDuration = meter.CreateHistogram<double>(
            "logflow.processor.filter.duration", "s", "Decoding, filtering and encoding one batch.");
    }

    /// <summary>Gauges over the outputs' state.</summary>
    public void Observe(Func<int> waiting) => _meter.CreateObservableGauge(
        "logflow.processor.outputs.waiting", waiting, "{output}", "Outputs that take nothing at this moment.");

    internal long RecordsIn => Interlocked.Read(ref _recordsInCount);

    internal long BytesIn => Interlocked.Read(ref _bytesInCount);

    internal long EventsOut => Interlocked.Read(ref _eventsOutCount);

    internal long Dropped => Interlocked.Read(ref _droppedCount);

    internal long DeadLetters => Interlocked.Read(ref _deadLetterCount);

    internal void BatchTaken(int records, int bytes)
    {
        _recordsIn.Add(records);
        _bytesIn.Add(bytes);
        Interlocked.Add(ref _recordsInCount, records);
        Interlocked.Add(ref _bytesInCount, bytes);
    }

    internal void BatchFiltered(int dropped, TimeSpan duration)
    {
        _filterDuration.Record(duration.TotalSeconds);
        if (dropped > 0)
        {
            _dropped.Add(dropped);
            Interlocked.Add(ref _droppedCount, dropped);
        }
    }

    internal void BatchDone(int events)
    {
        _eventsOut.Add(events);
        Interlocked.Add(ref _eventsOutCount, events);
    }

    internal void SeekBack() => _seekBacks.Add(1);

    internal void BatchUndecodable() => _batchesUndecodable.Add(1);

    internal void DeadLetterCut() => _deadLettersCut.Add(1);

    internal void DeadLettersInFile(int count) => _deadLettersInFile.Add(count);

    internal void DeadLettered(IReadOnlyList<DeadLetter> letters)
    {
        Interlocked.Add(ref _deadLetterCount, letters.Count);
        Span<int> byStage = stackalloc int[3];
        foreach (var letter in letters)
        {
            byStage[(int)letter.Stage]++;
        }

        for (var stage = 0; stage < byStage.Length; stage++)
        {
            if (byStage[stage] > 0)
            {
                _deadLetters.Add(
                    byStage[stage], new TagList { { "stage", DeadLetter.NameOf((DeadLetterStage)stage) } });
            }
        }
    }
}
