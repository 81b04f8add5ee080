using System.Diagnostics.Metrics;

namespace LogFlow.Store;

/// <summary>The store's instruments, meter <c>LogFlow.Store</c>.</summary>
internal sealed class StoreMetrics : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _ingested;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _loginFailures;
    private readonly Lock _rateLock = new(); // Guards the fields of the rate.
    private long _ingestedTotal;
    private long _duplicatesTotal;
    private long _rejectedTotal;
    private long _rateStamp;
    private long _rateCount;
    private double _rate;

    public StoreMetrics(IMeterFactory factory, TimeProvider time)
    {
        _time = time;
        _rateStamp = time.GetTimestamp();
        _meter = factory.Create("LogFlow.Store");
        _ingested = _meter.CreateCounter<long>("logflow.store.documents", "{document}", "Documents taken in.");
        _duplicates = _meter.CreateCounter<long>(
            "logflow.store.duplicates", "{document}", "Documents refused because they were there already.");
        _rejected = _meter.CreateCounter<long>(
            "logflow.store.rejected", "{document}", "Documents refused as unreadable.");
        _loginFailures = _meter.CreateCounter<long>("logflow.store.login.failures", "{request}",
            "Requests refused because of their login, by reason: missing, unreadable, wrong, throttled.");
        Corrupt = _meter.CreateCounter<long>(
            "logflow.store.corrupt", "{place}", "Damaged segments and blocks that searches met.");
        BulkBytes = _meter.CreateCounter<long>("logflow.store.bulk.size", "By",
            "Bytes of bulk requests, decompressed.");
        BulkDuration = _meter.CreateHistogram<double>("logflow.store.bulk.duration", "s", "Time of bulk requests.");
        CommitDuration = _meter.CreateHistogram<double>(
            "logflow.store.commit.duration", "s", "Time from closing the tail to its durability.");
        SearchDuration = _meter.CreateHistogram<double>("logflow.store.search.duration", "s", "Time of searches.");
    }

    public Counter<long> Corrupt { get; }

    public Counter<long> BulkBytes { get; }

    public Histogram<double> BulkDuration { get; }

    public Histogram<double> CommitDuration { get; }

    public Histogram<double> SearchDuration { get; }

    public long IngestedTotal => Volatile.Read(ref _ingestedTotal);

    public long DuplicatesTotal => Volatile.Read(ref _duplicatesTotal);

    public long RejectedTotal => Volatile.Read(ref _rejectedTotal);

    /// <summary>Gauges over the engine's state.</summary>
    public void Observe(Func<StoreStatus> status)
    {
        _meter.CreateObservableGauge("logflow.store.documents.count", () => status().DocumentCount, "{document}",
            "Documents that a search can find.");
        _meter.CreateObservableGauge("logflow.store.disk.size", () => status().DiskBytes, "By", "Bytes of segments.");
        _meter.CreateObservableGauge("logflow.store.segments", () => status().SegmentCount, "{segment}", "Segments.");
        _meter.CreateObservableGauge("logflow.store.tail.size", () => status().TailRawBytes, "By",
            "JSON bytes of documents that are not in segments yet.");
    }

    public void Record(int ingested, int duplicates, int rejected)
    {
        _ingested.Add(ingested);
        Interlocked.Add(ref _ingestedTotal, ingested);
        if (duplicates > 0)
        {
            _duplicates.Add(duplicates);
            Interlocked.Add(ref _duplicatesTotal, duplicates);
        }

        if (rejected > 0)
        {
            _rejected.Add(rejected);
            Interlocked.Add(ref _rejectedTotal, rejected);
        }
    }

    /// <summary>Somebody was not let in.</summary>
    public void LoginFailed(LoginFailure failure) =>
        _loginFailures.Add(1, KeyValuePair.Create<string, object?>("reason", failure switch
        {
            LoginFailure.Missing => "missing",
            LoginFailure.Unreadable => "unreadable",
            LoginFailure.Throttled => "throttled",
            _ => "wrong",
        }));

    /// <summary>The rate since it was last renewed, at least two seconds ago.</summary>
    public double GetDocumentsPerSecond()
    {
        lock (_rateLock)
        {
            var elapsed = _time.GetElapsedTime(_rateStamp).TotalSeconds;
            if (elapsed >= 2)
            {
                var total = IngestedTotal;
                _rate = (total - _rateCount) / elapsed;
                (_rateCount, _rateStamp) = (total, _time.GetTimestamp());
            }

            return _rate;
        }
    }

    public void Dispose() => _meter.Dispose();
}
