using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LogFlow.Queue.Storage;

/// <summary>What storage measures, per group commit and not per record.</summary>
internal sealed class StorageMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Histogram<double> _syncDuration;
    private readonly Histogram<int> _groupSize;
    private readonly Counter<long> _appendedBatches;
    private readonly Counter<long> _appendedRecords;
    private readonly Counter<long> _appendedBytes;
    private readonly Counter<long> _damagedBytes;

    public StorageMetrics(IMeterFactory? meters)
    {
        _meter = meters?.Create("LogFlow.Queue.Storage") ?? new Meter("LogFlow.Queue.Storage");
        _syncDuration = _meter.CreateHistogram<double>(
            "logflow.queue.log.flush.duration", "s", "Time to write and sync one group commit.");
        _groupSize = _meter.CreateHistogram<int>(
            "logflow.queue.log.flush.operations", "{operation}", "Operations in one group commit.");
        _appendedBatches = _meter.CreateCounter<long>("logflow.queue.append.batches", "{batch}", "Batches appended.");
        _appendedRecords = _meter.CreateCounter<long>("logflow.queue.append.records", "{record}", "Records appended.");
        _appendedBytes = _meter.CreateCounter<long>("logflow.queue.append.size", "By", "Bytes appended.");
        _damagedBytes = _meter.CreateCounter<long>(
            "logflow.queue.log.damaged", "By", "Bytes found damaged and put aside.");
    }

    public long StartSync() => _syncDuration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public void GroupCommitted(long start, int operationCount)
    {
        if (start != 0)
        {
            _syncDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        _groupSize.Record(operationCount);
    }

    public void Appended(int batchCount, long recordCount, long bytes)
    {
        _appendedBatches.Add(batchCount);
        _appendedRecords.Add(recordCount);
        _appendedBytes.Add(bytes);
    }

    public void Damaged(long bytes) => _damagedBytes.Add(bytes);

    public void Dispose() => _meter.Dispose();
}
