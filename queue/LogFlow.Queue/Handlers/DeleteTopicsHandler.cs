using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DeleteTopics</b>, API key 20, versions 1-6.</para>
/// <para>Behaviour: the topic is gone when the answer comes, and so are the groups' offsets in it; its files go in the
/// background.</para>
/// <para>Versions: 4 is flexible; 5 a message; 6 topics by id (KIP-516).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DeleteTopicsHandler(TopicCatalog topics, GroupCoordinator coordinator, QueueMetrics metrics)
    : TypedRequestHandler<DeleteTopicsRequest, DeleteTopicsResponse>
{
    private const short FirstVersionWithIds = 6;

    protected override async ValueTask<DeleteTopicsResponse?> HandleAsync(
        DeleteTopicsRequest request, RequestContext context)
    {
        var response = new DeleteTopicsResponse();
        if (context.Version < FirstVersionWithIds)
        {
            foreach (var name in request.TopicNames)
            {
                response.Responses.Add(await DeleteAsync(name, Guid.Empty));
            }
        }

        foreach (var asked in request.Topics)
        {
            response.Responses.Add(await DeleteAsync(asked.Name, asked.TopicId));
        }

        return response;
    }

    private async ValueTask<DeleteTopicsResponse.DeletableTopicResult> DeleteAsync(string? name, Guid id)
    {
        var result = new DeleteTopicsResponse.DeletableTopicResult { Name = name, TopicId = id };
        if (name is null == (id == Guid.Empty))
        {
            result.ErrorCode = ErrorCode.InvalidRequest;
            result.ErrorMessage = "A topic is named either by its name or by its id.";
            return result;
        }

        if (!topics.Config.DeleteTopicEnable)
        {
            result.ErrorCode = ErrorCode.TopicDeletionDisabled;
            return result;
        }

        var topic = name is not null ? topics.Logs.FindTopic(name) : topics.Logs.FindTopic(id);
        if (topic is null)
        {
            (result.ErrorCode, result.ErrorMessage) = name is not null
                ? (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.")
                : (ErrorCode.UnknownTopicId, "This server does not host this topic ID.");
            return result;
        }

        var deleted = await topics.Logs.DeleteTopicAsync(topic.Id);
        result.Name = topic.Name;
        result.TopicId = topic.Id;
        result.ErrorCode = deleted.Error;
        result.ErrorMessage = deleted.Message;
        if (deleted.Error == ErrorCode.None)
        {
            metrics.TopicDeleted(topic.Name);
            await coordinator.ForgetTopicAsync(topic.Name);
        }

        return result;
    }
}
