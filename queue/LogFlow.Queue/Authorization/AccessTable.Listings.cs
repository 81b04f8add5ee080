using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <content>What shows topics: those that a client may not describe do not exist for it.</content>
internal sealed partial class AccessTable
{
    private const short FirstMetadataWithAutoCreateFlag = 4;

    private void AddTopicListings()
    {
        Add(new ApiGuard<MetadataRequest, MetadataResponse>(
            "Describe Topic of each; to make one Create Cluster or Create Topic", AdmitMetadata));
        Add(new ApiGuard<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
            "Describe Topic of each", AdmitTopicPartitions));
    }

    private Admission<MetadataResponse> AdmitMetadata(MetadataRequest request, RequestAccess access, short version)
    {
        if (request.Topics is not { } asked || (version == 0 && asked.Count == 0))
        {
            return Admission<MetadataResponse>.Then(answer =>
            {
                answer.Topics.RemoveAll(topic =>
                    !access.MayQuietly(AclOperation.Describe, AclResourceType.Topic, topic.Name!));
                Narrow(answer, access);
            });
        }

        var makes = _topics.Config.AutoCreateTopicsEnable
            && (version < FirstMetadataWithAutoCreateFlag || request.AllowAutoTopicCreation);
        var refused = GuardKind.TakeRefused(asked, topic =>
            NameOf(topic.Name is null, topic.TopicId, topic.Name) is not { } name
            || (access.May(AclOperation.Describe, AclResourceType.Topic, name)
                && (!makes || _topics.Logs.FindTopic(name) is not null || MayCreate(access, name))));
        return Admission<MetadataResponse>.Then(answer =>
        {
            // In version 0 an empty list has asked for all of them.
            if (asked.Count == 0)
            {
                answer.Topics.Clear();
            }

            Narrow(answer, access);
            answer.Topics.AddRange(refused.Select(static topic => new MetadataResponse.MetadataResponseTopic
            {
                ErrorCode = ErrorCode.TopicAuthorizationFailed,
                Name = topic.Name,
                TopicId = topic.Name is null ? topic.TopicId : Guid.Empty,
            }));
        });
    }

    private static bool MayCreate(RequestAccess access, string topic) =>
        access.MayQuietlyInCluster(AclOperation.Create)
        || access.May(AclOperation.Create, AclResourceType.Topic, topic);

    /// <summary>The operations that are listed as authorized are those that are.</summary>
    private static void Narrow(MetadataResponse answer, RequestAccess access)
    {
        foreach (var topic in answer.Topics)
        {
            topic.TopicAuthorizedOperations =
                NarrowTopic(topic.TopicAuthorizedOperations, topic.Name, access);
        }

        answer.ClusterAuthorizedOperations = NarrowCluster(answer.ClusterAuthorizedOperations, access);
    }

    private static int NarrowTopic(int operations, string? name, RequestAccess access) =>
        operations == AuthorizedOperations.NotRequested || name is null
            ? operations
            : access.Narrow(operations, AclResourceType.Topic, name);

    /// <summary>Who may not describe the cluster is told of no operation, as Kafka does.</summary>
    private static int NarrowCluster(int operations, RequestAccess access) =>
        operations == AuthorizedOperations.NotRequested ? operations
        : access.MayQuietlyInCluster(AclOperation.Describe)
            ? access.Narrow(operations, AclResourceType.Cluster, AclBinding.ClusterName)
        : 0;

    private Admission<DescribeTopicPartitionsResponse> AdmitTopicPartitions(
        DescribeTopicPartitionsRequest request, RequestAccess access, short version)
    {
        List<DescribeTopicPartitionsRequest.TopicRequest> refused = [];
        if (request.Topics.Count == 0)
        {
            // All: the handler gets the names of those that may be seen, so that no page has a hole.
            request.Topics.AddRange(_topics.Logs.Topics
                .Where(topic => access.MayQuietly(AclOperation.Describe, AclResourceType.Topic, topic.Name))
                .Select(static topic => new DescribeTopicPartitionsRequest.TopicRequest { Name = topic.Name }));
        }
        else
        {
            refused = GuardKind.TakeRefused(
                request.Topics, topic => access.May(AclOperation.Describe, AclResourceType.Topic, topic.Name));
        }

        if (request.Topics.Count == 0)
        {
            var answer = new DescribeTopicPartitionsResponse();
            AddRefused(answer);
            return Admission<DescribeTopicPartitionsResponse>.Refused(answer);
        }

        return Admission<DescribeTopicPartitionsResponse>.Then(answer =>
        {
            foreach (var topic in answer.Topics)
            {
                topic.TopicAuthorizedOperations =
                    NarrowTopic(topic.TopicAuthorizedOperations, topic.Name, access);
            }

            AddRefused(answer);
        });

        void AddRefused(DescribeTopicPartitionsResponse answer) => answer.Topics.AddRange(refused.Select(static topic =>
            new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
            {
                Name = topic.Name,
                ErrorCode = ErrorCode.TopicAuthorizationFailed,
            }));
    }
}
