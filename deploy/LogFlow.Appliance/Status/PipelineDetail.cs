using System.Text.Json.Nodes;
using LogFlow.Agent;
using LogFlow.Processor;
using LogFlow.Queue;
using LogFlow.Store;

namespace LogFlow.Appliance;

/// <summary>The parts of one process in detail, as the console's page of the pipeline shows them.</summary>
internal sealed record PipelineDetail(
    AgentStatus? Agent,
    IReadOnlyList<AgentFile> Files,
    QueueStatus? Queue,
    ProcessorStatus? Processor,
    IReadOnlyList<StatementStatus> Statements,
    StoreStatus? Store)
{
    /// <summary>Files at most: those that are furthest behind.</summary>
    private const int FilesMax = 500;

    /// <summary>As the page reads it; a part that does not run here is null.</summary>
    public JsonObject ToJson() => new()
    {
        ["agent"] = Agent is null ? null : Describe(Agent),
        ["files"] = List(Files.OrderByDescending(static file => file.Behind)
            .ThenBy(static file => file.Path, StringComparer.Ordinal).Take(FilesMax), Describe),
        ["fileCount"] = Files.Count,
        ["queue"] = Queue is null ? null : Describe(Queue),
        ["processor"] = Processor is null ? null : Describe(Processor),
        ["statements"] = List(Statements, Describe),
        ["store"] = Store is null ? null : Describe(Store),
    };

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonObject> describe) =>
        new([.. items.Select(item => (JsonNode)describe(item))]);

    private static JsonObject Describe(AgentStatus agent) => new()
    {
        ["read"] = agent.LinesRead,
        ["acknowledged"] = agent.LinesAcknowledged,
        ["truncated"] = agent.LinesTruncated,
        ["uncertain"] = agent.LinesUncertain,
        ["lost"] = agent.LinesPossiblyLost,
        ["bytesLost"] = agent.BytesLost,
        ["bytesBehind"] = agent.BytesBehind,
        ["bytesInMemory"] = agent.BytesInMemory,
        ["open"] = agent.FilesOpen,
        ["isConnected"] = agent.IsConnected,
    };

    private static JsonObject Describe(AgentFile file) => new()
    {
        ["path"] = file.Path,
        ["input"] = file.Input,
        ["length"] = file.Length,
        ["acknowledged"] = file.Acknowledged,
        ["behind"] = file.Behind,
        ["isOpen"] = file.IsOpen,
        ["isIgnored"] = file.IsIgnored,
    };

    private static JsonObject Describe(QueueStatus queue) => new()
    {
        ["recordsIn"] = queue.RecordsIn,
        ["bytesOnDisk"] = queue.BytesOnDisk,
        ["connections"] = queue.ConnectionCount,
        ["partitions"] = List(
            queue.Topics.SelectMany(static topic => topic.Partitions.Select(
                (partition, index) => (topic.Name, Index: index, Partition: partition))),
            static entry => new JsonObject
            {
                ["topic"] = entry.Name,
                ["partition"] = entry.Index,
                ["start"] = entry.Partition.LogStartOffset,
                ["end"] = entry.Partition.HighWatermark,
                ["bytes"] = entry.Partition.SizeInBytes,
                ["isOffline"] = entry.Partition.IsOffline,
            }),
        ["groups"] = List(
            queue.Groups.SelectMany(static group => group.Offsets.Select(offset => (Group: group, Offset: offset))),
            static entry => new JsonObject
            {
                ["group"] = entry.Group.GroupId,
                ["state"] = entry.Group.State,
                ["members"] = entry.Group.MemberCount,
                ["topic"] = entry.Offset.Topic,
                ["partition"] = entry.Offset.Partition,
                ["committed"] = entry.Offset.CommittedOffset,
                ["lag"] = entry.Offset.Lag,
            }),
    };

    private static JsonObject Describe(ProcessorStatus processor) => new()
    {
        ["recordsIn"] = processor.RecordsIn,
        ["lag"] = processor.Lag,
        ["bytesInFlight"] = processor.BytesInFlight,
        ["stuck"] = processor.Stuck,
        ["books"] = Describe(processor.Books),
        ["outputs"] = List(processor.Outputs, static output => new JsonObject
        {
            ["name"] = output.Name,
            ["failures"] = output.Failures,
            ["lastError"] = output.LastError,
            ["waitingSince"] = output.WaitingSince?.UtcDateTime,
        }),
        ["errors"] = List(processor.PluginErrors, static error => new JsonObject
        {
            ["plugin"] = error.Plugin,
            ["stage"] = error.Stage,
            ["reason"] = error.Reason,
            ["source"] = error.Source,
            ["sample"] = error.Sample,
            ["time"] = error.Time.UtcDateTime,
            ["count"] = error.Count,
        }),
    };

    private static JsonObject Describe(ProcessorBooks books) => new()
    {
        ["records"] = books.Records,
        ["made"] = books.Made,
        ["written"] = books.Written,
        ["dropped"] = books.Dropped,
        ["unrouted"] = books.Unrouted,
        ["refused"] = books.Refused,
        ["refusedByOutputs"] = books.RefusedByOutputs,
        ["inFlight"] = books.InFlight,
        ["difference"] = books.Difference,
    };

    private static JsonObject Describe(StatementStatus statement) => new()
    {
        ["name"] = statement.Name,
        ["place"] = statement.Place,
        ["in"] = statement.In,
        ["out"] = statement.Out,
        ["matches"] = statement.Matches,
        ["failures"] = statement.Failures,
        ["ms"] = statement.Duration.TotalMilliseconds,
    };

    private static JsonObject Describe(StoreStatus store) => new()
    {
        ["documents"] = store.DocumentCount,
        ["diskBytes"] = store.DiskBytes,
        ["segments"] = store.SegmentCount,
        ["inMemory"] = store.TailDocumentCount,
        ["ingested"] = store.IngestedCount,
        ["duplicates"] = store.DuplicateCount,
        ["rejected"] = store.RejectedCount,
        ["corrupt"] = store.CorruptCount,
        ["rate"] = store.DocumentsPerSecond,
    };
}
