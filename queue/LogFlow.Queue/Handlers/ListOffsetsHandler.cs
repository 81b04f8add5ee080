using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ListOffsets</b>, API key 2, versions 1-11.</para>
/// <para>Behaviour: -1 the end (for read_committed the last stable offset, behind which it finds no record either), -2
/// the start, -3 the record with the largest
/// timestamp, -4 the first local offset (the start), -5 the last tiered offset (none), -6 the earliest pending upload
/// (none); otherwise the first record whose timestamp is not below the one asked for.</para>
/// <para>Versions: 2 isolation level; 4 leader epoch; 6 is flexible; 7 max timestamp (KIP-734); 8, 9 tiered storage
/// (KIP-405, KIP-1005); 10 a timeout; 11 pending upload (KIP-1023).</para>
/// <para>Deviations from Apache Kafka: there is no tiered storage.</para>
/// </summary>
internal sealed class ListOffsetsHandler(TopicCatalog topics)
    : TypedRequestHandler<ListOffsetsRequest, ListOffsetsResponse>
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;
    private const long EarliestPendingUpload = -6;
    private const sbyte ReadCommitted = 1;

    protected override ValueTask<ListOffsetsResponse?> HandleAsync(ListOffsetsRequest request, RequestContext context)
    {
        var response = new ListOffsetsResponse();
        foreach (var topic in request.Topics)
        {
            var answer = new ListOffsetsResponse.ListOffsetsTopicResponse { Name = topic.Name };
            foreach (var partition in topic.Partitions)
            {
                answer.Partitions.Add(Find(topic.Name, partition, request.IsolationLevel));
            }

            response.Topics.Add(answer);
        }

        return new(response);
    }

    private ListOffsetsResponse.ListOffsetsPartitionResponse Find(
        string topic, ListOffsetsRequest.ListOffsetsPartition asked, sbyte isolationLevel)
    {
        var answer = new ListOffsetsResponse.ListOffsetsPartitionResponse { PartitionIndex = asked.PartitionIndex };
        answer.ErrorCode = topics.Find(topic, asked.PartitionIndex, out var log);
        if (log is null)
        {
            return answer;
        }

        answer.ErrorCode = LeaderEpochCheck.Check(asked.CurrentLeaderEpoch, log.LeaderEpoch);
        if (answer.ErrorCode != ErrorCode.None)
        {
            return answer;
        }

        var found = LookUp(log, asked.Timestamp, isolationLevel);
        answer.ErrorCode = found.Error;
        answer.Offset = found.Offset;
        answer.Timestamp = found.TimestampMs;
        answer.LeaderEpoch = found.LeaderEpoch;
        return answer;
    }

    private static OffsetLookup LookUp(PartitionLog log, long timestamp, sbyte isolationLevel)
    {
        switch (timestamp)
        {
            case Latest:
                var end = isolationLevel == ReadCommitted ? log.LastStableOffset : log.HighWatermark;
                return new OffsetLookup(ErrorCode.None, end, -1, log.LeaderEpoch);
            case Earliest or EarliestLocal:
                var start = log.LogStartOffset;
                return new OffsetLookup(ErrorCode.None, start, -1, log.GetEpochAt(start));
            case MaxTimestamp:
                return IfVisible(log.FindMaxTimestamp(), log, isolationLevel);
            case LatestTiered or EarliestPendingUpload:
                return OffsetLookup.NotFound;
            case < 0:
                return new OffsetLookup(ErrorCode.UnsupportedVersion, -1, -1, -1);
            default:
                return IfVisible(log.FindOffsetByTimestamp(timestamp), log, isolationLevel);
        }
    }

    private static OffsetLookup IfVisible(in OffsetLookup found, PartitionLog log, sbyte isolationLevel) =>
        isolationLevel == ReadCommitted && found.Offset >= log.LastStableOffset ? OffsetLookup.NotFound : found;
}
