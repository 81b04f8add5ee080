using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>Fetch</b>, API key 1, versions 4-17.</para>
/// <para>Behaviour: whole record batches from the one that holds the asked offset on, never beyond the high watermark.
/// With fewer than min_bytes the answer waits for more, up to max_wait_ms; an append wakes it. Limits per partition and
/// per answer hold, but the first batch is always whole. Every answer starts with another partition, so that one busy
/// partition cannot starve the rest. A reader of committed records gets nothing at or behind the last stable offset,
/// and is told which transactions in its records were aborted.</para>
/// <para>Versions: 5 log start offset; 7 sessions (KIP-227); 9 leader epoch; 11 rack; 12 is flexible, last fetched
/// epoch (KIP-595); 13 topic ids (KIP-516); 15 replica state; 16 node endpoints; 17 replica directory.</para>
/// <para>Deviations from Apache Kafka: sessions are never opened (session id 0, as Kafka answers when its cache is
/// full), so every request names its partitions. What all answers together hold in memory is limited; an answer may
/// then be smaller than asked for.</para>
/// </summary>
internal sealed class FetchHandler(TopicCatalog topics, ByteBudget budget, QueueMetrics metrics, TimeProvider time)
    : TypedRequestHandler<FetchRequest, FetchResponse>
{
    private const short FirstVersionWithTopicIds = 13;

    protected override async ValueTask<FetchResponse?> HandleAsync(FetchRequest request, RequestContext context)
    {
        if (request.SessionId != 0)
        {
            return new FetchResponse { ErrorCode = ErrorCode.FetchSessionIdNotFound };
        }

        // The frame is small and long polls are long: everything needed is copied by now.
        context.ReleaseFrame();
        var turn = context.Connection.NextFetchTurn();
        var fetch = new FetchOperation(topics.Config.FetchMaxBytes, request, budget, turn);
        context.HoldUntilSent(fetch);
        foreach (var topic in request.Topics)
        {
            AddTopic(fetch, topic, context.Version);
        }

        var bytes = fetch.Read();
        if (bytes < request.MinBytes && request.MaxWaitMs > 0 && fetch.CanWait)
        {
            // What was read is read again: nothing is held while it waits.
            fetch.Release();
            using var waiter = new FetchWaiter(fetch, Math.Max(1, request.MinBytes - bytes));
            await waiter.WaitAsync(TimeSpan.FromMilliseconds(request.MaxWaitMs), time, context.Connection.Closing);
            fetch.Read();
        }

        fetch.CountBytes(metrics);
        return fetch.Response;
    }

    private void AddTopic(FetchOperation fetch, FetchRequest.FetchTopic asked, short version)
    {
        var hasId = version >= FirstVersionWithTopicIds;
        var topic = hasId ? topics.Logs.FindTopic(asked.TopicId) : topics.Logs.FindTopic(asked.Topic);
        var answer = new FetchResponse.FetchableTopicResponse { Topic = asked.Topic, TopicId = asked.TopicId };
        fetch.Response.Responses.Add(answer);
        foreach (var partition in asked.Partitions)
        {
            var data = new FetchResponse.PartitionData { PartitionIndex = partition.Partition };
            answer.Partitions.Add(data);
            if (!TopicCatalog.TryGetPartition(topic, partition.Partition, out var log))
            {
                var isUnknownId = hasId && topic is null;
                fetch.Refuse(data, isUnknownId ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition);
                continue;
            }

            var error = LeaderEpochCheck.Check(partition.CurrentLeaderEpoch, log.LeaderEpoch);
            if (error != ErrorCode.None)
            {
                fetch.Refuse(data, error);
            }
            else if (!fetch.TryAnswerDivergence(data, partition, log))
            {
                fetch.Add(data, partition, log);
            }
        }
    }
}
