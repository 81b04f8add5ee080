using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DeleteRecords</b>, API key 21, versions 0-2.</para>
/// <para>Behaviour: moves a partition's first offset up, durably; -1 means to the high watermark. What lies below is
/// not served any more and goes with its segments.</para>
/// <para>Versions: 2 is flexible.</para>
/// <para>Deviations from Apache Kafka: none; compacted-only topics refuse with POLICY_VIOLATION.</para>
/// </summary>
internal sealed class DeleteRecordsHandler(TopicCatalog topics)
    : TypedRequestHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private const long NoOffset = -1;

    protected override async ValueTask<DeleteRecordsResponse?> HandleAsync(
        DeleteRecordsRequest request, RequestContext context)
    {
        var response = new DeleteRecordsResponse();
        foreach (var topic in request.Topics)
        {
            var answer = new DeleteRecordsResponse.DeleteRecordsTopicResult { Name = topic.Name };
            response.Topics.Add(answer);
            foreach (var partition in topic.Partitions)
            {
                var result = new DeleteRecordsResponse.DeleteRecordsPartitionResult
                {
                    PartitionIndex = partition.PartitionIndex,
                    LowWatermark = NoOffset,
                };
                answer.Partitions.Add(result);
                result.ErrorCode = topics.Find(topic.Name, partition.PartitionIndex, out var log);
                if (log is { Topic.Config.IsDeleted: false })
                {
                    result.ErrorCode = ErrorCode.PolicyViolation;
                }
                else if (log is not null)
                {
                    result.ErrorCode = await log.DeleteRecordsAsync(partition.Offset);
                    result.LowWatermark = result.ErrorCode == ErrorCode.None ? log.LogStartOffset : NoOffset;
                }
            }
        }

        return response;
    }
}
