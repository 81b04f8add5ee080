using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

public sealed partial class AdminClient
{
    private const string ClassicType = "classic";
    private const string ConsumerType = "consumer";
    private const string DeadState = "Dead";

    // OffsetCommit from outside of the group: neither a generation nor a member.
    private const int NoGeneration = -1;

    /// <summary>
    /// Sets committed offsets of a group that has no members; a group that does not exist comes to be by it.
    /// </summary>
    /// <returns>
    /// For each partition None, or why not (UNKNOWN_MEMBER_ID where the group has members,
    /// UNKNOWN_TOPIC_OR_PARTITION ...).
    /// </returns>
    public async Task<IReadOnlyDictionary<TopicPartition, ErrorCode>> AlterGroupOffsetsAsync(
        string groupId, IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken cancellationToken)
    {
        if (offsets.Count == 0)
        {
            return new Dictionary<TopicPartition, ErrorCode>();
        }

        var response = await client.SendUntilAnsweredAsync<OffsetCommitRequest, OffsetCommitResponse>(
            BrokerTarget.CoordinatorOf(groupId),
            _ => BuildOffsets(groupId, offsets),
            static response => response.Topics.Count == 0
                ? ErrorCode.NetworkException
                : response.Topics
                    .SelectMany(static topic => topic.Partitions)
                    .Select(static partition => FinalIfUnknown(partition.ErrorCode))
                    .FirstOrDefault(static error => error.IsRetriable()),
            cancellationToken);
        return response.Topics
            .SelectMany(static topic => topic.Partitions.Select(partition =>
                (Key: new TopicPartition(topic.Name, partition.PartitionIndex), partition.ErrorCode)))
            .ToDictionary(static answer => answer.Key, static answer => answer.ErrorCode);
    }

    private static OffsetCommitRequest BuildOffsets(
        string groupId, IReadOnlyDictionary<TopicPartition, long> offsets) => new()
        {
            GroupId = groupId,
            GenerationIdOrMemberEpoch = NoGeneration,
            MemberId = "",
            Topics =
            [
                .. offsets.GroupBy(static pair => pair.Key.Topic).Select(static topic =>
                    new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = topic.Key,
                        Partitions =
                        [
                            .. topic.Select(static pair => new OffsetCommitRequest.OffsetCommitRequestPartition
                            {
                                PartitionIndex = pair.Key.Partition,
                                CommittedOffset = pair.Value,
                                CommittedMetadata = "",
                            }),
                        ],
                    }),
            ],
        };

    /// <summary>
    /// A group of the next generation's protocol (KIP-848), which DescribeGroups does not know; null where there is
    /// none, or where the broker has no such groups.
    /// </summary>
    private async Task<GroupDescription?> DescribeConsumerGroupAsync(
        string groupId, CancellationToken cancellationToken)
    {
        ConsumerGroupDescribeResponse response;
        try
        {
            response = await client.SendUntilAnsweredAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
                BrokerTarget.CoordinatorOf(groupId),
                _ => new ConsumerGroupDescribeRequest { GroupIds = [groupId] },
                static response => FirstOrMissing(response.Groups, static group => group.ErrorCode),
                cancellationToken);
        }
        catch (KafkaException exception) when (exception.Code == ErrorCode.UnsupportedVersion)
        {
            return null;
        }

        var group = response.Groups[0];
        if (group.ErrorCode is ErrorCode.GroupIdNotFound or ErrorCode.UnsupportedVersion)
        {
            return null;
        }

        ThrowIfRefused(group.ErrorCode, $"Group '{groupId}' cannot be described");
        return new GroupDescription(
            groupId, group.GroupState, group.AssignorName, group.Members.ConvertAll(Read), ConsumerType);
    }

    private static GroupMemberDescription Read(ConsumerGroupDescribeResponse.Member member) => new(
        member.MemberId,
        member.InstanceId,
        member.ClientId,
        member.ClientHost,
        [
            .. member.Assignment.TopicPartitions.SelectMany(static topic =>
                topic.Partitions.Select(index => new TopicPartition(topic.TopicName, index))),
        ]);
}
