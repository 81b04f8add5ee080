using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>WriteTxnMarkers</b>, API key 27, version 1.</para>
/// <para>Behaviour: ends a producer's transaction in the named partitions, whatever its coordinator thinks. Brokers
/// send it to each other; here only operators do, with <c>kafka-transactions abort</c>, to free a partition of a
/// transaction that nobody ends.</para>
/// <para>Versions: 1 is the only one that Kafka 4 answers.</para>
/// <para>Deviations from Apache Kafka: the internal topics do not exist here, so offsets of groups cannot be ended by
/// it.</para>
/// </summary>
internal sealed class WriteTxnMarkersHandler(TopicCatalog topics)
    : TypedRequestHandler<WriteTxnMarkersRequest, WriteTxnMarkersResponse>
{
    protected override async ValueTask<WriteTxnMarkersResponse?> HandleAsync(
        WriteTxnMarkersRequest request, RequestContext context)
    {
        var response = new WriteTxnMarkersResponse();
        foreach (var marker in request.Markers)
        {
            var result = new WriteTxnMarkersResponse.WritableTxnMarkerResult { ProducerId = marker.ProducerId };
            response.Markers.Add(result);
            foreach (var topic in marker.Topics)
            {
                var answer = new WriteTxnMarkersResponse.WritableTxnMarkerTopicResult { Name = topic.Name };
                result.Topics.Add(answer);
                foreach (var partition in topic.PartitionIndexes)
                {
                    answer.Partitions.Add(new WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult
                    {
                        PartitionIndex = partition,
                        ErrorCode = await WriteAsync(marker, topic.Name, partition),
                    });
                }
            }
        }

        return response;
    }

    private async ValueTask<ErrorCode> WriteAsync(
        WriteTxnMarkersRequest.WritableTxnMarker marker, string topic, int partition)
    {
        var error = topics.Find(topic, partition, out var log);
        if (log is null)
        {
            return error;
        }

        if (marker.ProducerId < 0 || marker.ProducerEpoch < 0)
        {
            return ErrorCode.InvalidRequest;
        }

        var result = await log.EndTransactionAsync(
            marker.ProducerId, marker.ProducerEpoch, marker.CoordinatorEpoch, marker.TransactionResult);
        return result.Error;
    }
}
