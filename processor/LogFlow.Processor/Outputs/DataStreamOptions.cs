namespace LogFlow.Processor;

/// <summary>How events are divided over data streams; Logstash's <c>data_stream_*</c> options.</summary>
internal sealed record DataStreamOptions
{
    public string Type { get; init; } = "logs";

    public string Dataset { get; init; } = "generic";

    public string Namespace { get; init; } = "default";

    /// <summary>The event's own <c>data_stream</c> fields decide. Matches Logstash's default.</summary>
    public bool AutoRouting { get; init; } = true;

    /// <summary>The <c>data_stream</c> fields are written into the event. Matches Logstash's default.</summary>
    public bool SyncFields { get; init; } = true;

    /// <summary>An event without a dataset of its own goes by <c>[event][dataset]</c>.</summary>
    public bool DatasetFromEvent { get; init; } = true;
}
