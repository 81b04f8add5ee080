using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <content>Offsets of groups.</content>
internal sealed partial class AccessTable
{
    private const short FirstOffsetFetchWithError = 2;
    private const short FirstOffsetFetchWithGroups = 8;

    private void AddOffsets()
    {
        Add(new ApiGuard<OffsetCommitRequest, OffsetCommitResponse>(
            "Read Group; Read Topic of each", AdmitOffsetCommit));
        Add(new ApiGuard<OffsetDeleteRequest, OffsetDeleteResponse>(
            "Delete Group; Read Topic of each", AdmitOffsetDelete));
        Add(new ApiGuard<OffsetFetchRequest, OffsetFetchResponse>(
            "Describe Group of each; Describe Topic of each",
            static (request, access, version) => version >= FirstOffsetFetchWithGroups
                ? AdmitOffsetFetchOfGroups(request, access)
                : AdmitOffsetFetch(request, access, version)));
    }

    private static Admission<OffsetCommitResponse> AdmitOffsetCommit(
        OffsetCommitRequest request, RequestAccess access, short version)
    {
        var mayGroup = access.May(AclOperation.Read, AclResourceType.Group, request.GroupId);
        return GuardKind.AdmitEach<OffsetCommitResponse, OffsetCommitRequest.OffsetCommitRequestTopic>(
            request.Topics,
            topic => mayGroup && access.May(AclOperation.Read, AclResourceType.Topic, topic.Name),
            (answer, topic) => answer.Topics.Add(new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(partition =>
                    new OffsetCommitResponse.OffsetCommitResponsePartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = mayGroup
                            ? ErrorCode.TopicAuthorizationFailed
                            : ErrorCode.GroupAuthorizationFailed,
                    })],
            }));
    }

    private static Admission<OffsetDeleteResponse> AdmitOffsetDelete(
        OffsetDeleteRequest request, RequestAccess access, short version)
    {
        if (!access.May(AclOperation.Delete, AclResourceType.Group, request.GroupId))
        {
            return Admission<OffsetDeleteResponse>.Refused(new() { ErrorCode = ErrorCode.GroupAuthorizationFailed });
        }

        return GuardKind.AdmitEach<OffsetDeleteResponse, OffsetDeleteRequest.OffsetDeleteRequestTopic>(
            request.Topics,
            topic => access.May(AclOperation.Read, AclResourceType.Topic, topic.Name),
            static (answer, topic) =>
            {
                // An error of the whole group goes alone.
                if (answer.ErrorCode == ErrorCode.None)
                {
                    answer.Topics.Add(new()
                    {
                        Name = topic.Name,
                        Partitions = [.. topic.Partitions.Select(static partition =>
                            new OffsetDeleteResponse.OffsetDeleteResponsePartition
                            {
                                PartitionIndex = partition.PartitionIndex,
                                ErrorCode = ErrorCode.TopicAuthorizationFailed,
                            })],
                    });
                }
            });
    }

    private static Admission<OffsetFetchResponse> AdmitOffsetFetch(
        OffsetFetchRequest request, RequestAccess access, short version)
    {
        if (!access.May(AclOperation.Describe, AclResourceType.Group, request.GroupId))
        {
            return Admission<OffsetFetchResponse>.Refused(version >= FirstOffsetFetchWithError
                ? new() { ErrorCode = ErrorCode.GroupAuthorizationFailed }
                : new()
                {
                    Topics = [.. (request.Topics ?? []).Select(
                        static topic => Refuse(topic, ErrorCode.GroupAuthorizationFailed))],
                });
        }

        if (request.Topics is not { } topics)
        {
            return Admission<OffsetFetchResponse>.Then(answer => answer.Topics.RemoveAll(
                topic => !access.MayQuietly(AclOperation.Describe, AclResourceType.Topic, topic.Name)));
        }

        var refused = GuardKind.TakeRefused(
            topics, topic => access.May(AclOperation.Describe, AclResourceType.Topic, topic.Name));
        return Admission<OffsetFetchResponse>.Then(answer => answer.Topics.AddRange(
            refused.Select(static topic => Refuse(topic, ErrorCode.TopicAuthorizationFailed))));
    }

    private static OffsetFetchResponse.OffsetFetchResponseTopic Refuse(
        OffsetFetchRequest.OffsetFetchRequestTopic topic, ErrorCode error) => new()
        {
            Name = topic.Name,
            Partitions = [.. topic.PartitionIndexes.Select(
                partition => new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = partition, CommittedOffset = -1, Metadata = "", ErrorCode = error,
                })],
        };

    private static Admission<OffsetFetchResponse> AdmitOffsetFetchOfGroups(
        OffsetFetchRequest request, RequestAccess access)
    {
        var refused = GuardKind.TakeRefused(
            request.Groups, group => access.May(AclOperation.Describe, AclResourceType.Group, group.GroupId));
        var hidden = request.Groups.ConvertAll(group => group.Topics is { } topics
            ? GuardKind.TakeRefused(
                topics, topic => access.May(AclOperation.Describe, AclResourceType.Topic, topic.Name))
            : null);
        return Admission<OffsetFetchResponse>.Then(answer =>
        {
            foreach (var (group, topics) in answer.Groups.Zip(hidden))
            {
                if (topics is null)
                {
                    group.Topics.RemoveAll(
                        topic => !access.MayQuietly(AclOperation.Describe, AclResourceType.Topic, topic.Name));
                }
                else if (group.ErrorCode == ErrorCode.None)
                {
                    group.Topics.AddRange(topics.Select(Refuse));
                }
            }

            answer.Groups.AddRange(refused.Select(static group => new OffsetFetchResponse.OffsetFetchResponseGroup
            {
                GroupId = group.GroupId,
                ErrorCode = ErrorCode.GroupAuthorizationFailed,
            }));
        });

        static OffsetFetchResponse.OffsetFetchResponseTopics Refuse(
            OffsetFetchRequest.OffsetFetchRequestTopics topic) => new()
            {
                Name = topic.Name,
                Partitions = [.. topic.PartitionIndexes.Select(
                    static partition => new OffsetFetchResponse.OffsetFetchResponsePartitions
                    {
                        PartitionIndex = partition,
                        CommittedOffset = -1,
                        Metadata = "",
                        ErrorCode = ErrorCode.TopicAuthorizationFailed,
                    })],
            };
    }
}
