using LogFlow.Processor.Elasticsearch;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>What an <c>elasticsearch</c> output writes where.</summary>
internal sealed record ElasticsearchOutputOptions
{
    public required ElasticsearchOptions Server { get; init; }

    public BulkAction Action { get; init; } = BulkAction.Create;

    /// <summary>Null: plain indices by <see cref="Index"/>.</summary>
    public DataStreamOptions? DataStream { get; init; } = new();

    /// <summary>The index, where it is no data stream.</summary>
    public EventTemplate Index { get; init; } = EventTemplate.Literal("logstash");

    /// <summary>The document's id; null: topic id, partition and offset.</summary>
    public EventTemplate? DocumentId { get; init; }

    public EventTemplate? Pipeline { get; init; }

    public EventTemplate? Routing { get; init; }

    /// <summary>
    /// An index name with a <c>%{field}</c> that the event lacks is taken as it stands; else the event is dead-lettered
    /// (Logstash <c>dlq_on_failed_indexname_interpolation</c>).
    /// </summary>
    public bool TakesUnresolvedIndex { get; init; }

    /// <summary>An update makes the document where it is absent.</summary>
    public bool DocAsUpsert { get; init; }

    public bool ManageTemplate { get; init; } = true;

    /// <summary>Bulk requests side by side.</summary>
    public int Lanes { get; init; } = 2;
}
