using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>Meter <c>LogFlow.Processor.Elasticsearch</c>. One instance per process; all outputs share it.</summary>
public sealed class ElasticsearchMetrics
{
    private readonly Histogram<double> _requestDuration;
    private readonly Counter<long> _requestSize;
    private readonly Counter<long> _documents;
    private readonly Counter<long> _retries;

    /// <param name="meters">The host's meter factory.</param>
    public ElasticsearchMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("LogFlow.Processor.Elasticsearch");
        _requestDuration = meter.CreateHistogram<double>(
            "logflow.elasticsearch.request.duration", "s", "Time from sending a bulk request to its whole answer.");
        _requestSize = meter.CreateCounter<long>(
            "logflow.elasticsearch.request.size", "By", "Uncompressed bytes of bulk requests sent, retries included.");
        _documents = meter.CreateCounter<long>(
            "logflow.elasticsearch.documents", "{document}", "Documents by final outcome.");
        _retries = meter.CreateCounter<long>(
            "logflow.elasticsearch.retries", "{document}", "Documents sent again, by the status that asked for it.");
    }

    internal void RequestSent(int status, long size, TimeSpan duration)
    {
        _requestDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("status", status));
        _requestSize.Add(size);
    }

    internal void DocumentsFinished(long created, long duplicates, long firstDuplicates, long parked, long dead)
    {
        Count("created", created);
        Count("duplicate_after_retry", duplicates - firstDuplicates);
        Count("duplicate", firstDuplicates);
        Count("failure_store", parked);
        Count("dead_letter", dead);
    }

    internal void DocumentsRetried(int status, long count)
    {
        if (count > 0)
        {
            _retries.Add(count, new KeyValuePair<string, object?>("status", status));
        }
    }

    private void Count(string outcome, long count)
    {
        if (count > 0)
        {
            _documents.Add(count, new TagList { { "outcome", outcome } });
        }
    }
}
