using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>
/// Looks after topics and groups. Outages and leader changes are waited out as long as the caller waits; what a broker
/// refuses is a <see cref="KafkaException"/> where one thing was asked for, a value where many were.
/// </summary>
public sealed partial class AdminClient(KafkaClient client)
{
    private const string ConsumerProtocolType = "consumer";

    /// <summary>Creates a topic; the broker's defaults apply to what is −1 or not given.</summary>
    /// <returns>
    /// The topic's id, or the error (TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS ...).
    /// </returns>
    public async Task<CreatedTopic> CreateTopicAsync(NewTopic topic, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<CreateTopicsRequest, CreateTopicsResponse>(
            BrokerTarget.Controller,
            _ => new CreateTopicsRequest
            {
                Topics =
                [
                    new CreateTopicsRequest.CreatableTopic
                    {
                        Name = topic.Name,
                        NumPartitions = topic.PartitionCount,
                        ReplicationFactor = topic.ReplicationFactor,
                        Configs =
                        [
                            .. topic.Configs.Select(static pair =>
                                new CreateTopicsRequest.CreatableTopicConfig { Name = pair.Key, Value = pair.Value }),
                        ],
                    },
                ],
                TimeoutMs = TimeoutMs,
            },
            static response => FirstOrMissing(response.Topics, static result => result.ErrorCode),
            cancellationToken);
        client.InvalidateTopic(topic.Name);
        var result = response.Topics[0];
        return new CreatedTopic(result.ErrorCode, result.TopicId, result.ErrorMessage);
    }

    /// <returns>None, or why not (UNKNOWN_TOPIC_OR_PARTITION, TOPIC_DELETION_DISABLED ...).</returns>
    public async Task<ErrorCode> DeleteTopicAsync(string name, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            BrokerTarget.Controller,
            // Up to version 5 names, from version 6 on names or ids.
            _ => new DeleteTopicsRequest
            {
                TopicNames = [name],
                Topics = [new DeleteTopicsRequest.DeleteTopicState { Name = name }],
                TimeoutMs = TimeoutMs,
            },
            static response => FirstOrMissing(response.Responses, static result => FinalIfUnknown(result.ErrorCode)),
            cancellationToken);
        client.InvalidateTopic(name);
        return response.Responses[0].ErrorCode;
    }

    /// <summary>Raises a topic's number of partitions.</summary>
    /// <returns>None, or why not (INVALID_PARTITIONS where there are as many already).</returns>
    public async Task<ErrorCode> CreatePartitionsAsync(string topic, int count, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
            BrokerTarget.Controller,
            _ => new CreatePartitionsRequest
            {
                Topics =
                [
                    new CreatePartitionsRequest.CreatePartitionsTopic
                    {
                        Name = topic,
                        Count = count,
                        Assignments = null,
                    },
                ],
                TimeoutMs = TimeoutMs,
            },
            static response => FirstOrMissing(response.Results, static result => FinalIfUnknown(result.ErrorCode)),
            cancellationToken);
        client.InvalidateTopic(topic);
        return response.Results[0].ErrorCode;
    }

    /// <summary>All topics, as the cluster describes them now.</summary>
    public async Task<IReadOnlyList<TopicMetadata>> ListTopicsAsync(CancellationToken cancellationToken) =>
        MetadataCache.ReadTopics(await DescribeAllAsync(cancellationToken), client.Time.GetTimestamp());

    /// <summary>Brokers and controller.</summary>
    public async Task<ClusterDescription> DescribeClusterAsync(CancellationToken cancellationToken)
    {
        var response = await DescribeAllAsync(cancellationToken);
        return new ClusterDescription(
            response.ClusterId,
            response.ControllerId,
            response.Brokers.ToDictionary(
                static broker => broker.NodeId, static broker => new BrokerEndpoint(broker.Host, broker.Port)));
    }

    /// <summary>
    /// The offset of the first record at or after a time, or one of <see cref="ListedOffset.Earliest"/>,
    /// <see cref="ListedOffset.Latest"/>, <see cref="ListedOffset.MaxTimestamp"/>.
    /// </summary>
    /// <exception cref="KafkaException">The broker refuses.</exception>
    public Task<ListedOffset> ListOffsetAsync(
        TopicPartition partition,
        long timestampMs,
        CancellationToken cancellationToken,
        IsolationLevel isolationLevel = IsolationLevel.ReadUncommitted) =>
        new OffsetQuery(client, timestampMs, isolationLevel).FindAsync(partition, cancellationToken);

    /// <summary>The same of many partitions at once, all of which must exist.</summary>
    /// <exception cref="KafkaException">The broker refuses.</exception>
    public async Task<IReadOnlyDictionary<TopicPartition, ListedOffset>> ListOffsetsAsync(
        IReadOnlyCollection<TopicPartition> partitions,
        long timestampMs,
        CancellationToken cancellationToken,
        IsolationLevel isolationLevel = IsolationLevel.ReadUncommitted) =>
        await new OffsetQuery(client, timestampMs, isolationLevel).FindAsync(partitions, cancellationToken);

    /// <summary>A group's committed offsets: of these partitions, or of all it has where null.</summary>
    /// <exception cref="KafkaException">The broker refuses.</exception>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> ListCommittedOffsetsAsync(
        string groupId, IReadOnlyCollection<TopicPartition>? partitions, CancellationToken cancellationToken) =>
        await CommittedOffsets.FetchAsync(client, groupId, partitions, requireStable: false, cancellationToken);

    /// <summary>The groups that each broker coordinates, of all brokers that are there.</summary>
    /// <exception cref="KafkaException">A broker refuses.</exception>
    public async Task<IReadOnlyList<ListedGroup>> ListGroupsAsync(CancellationToken cancellationToken)
    {
        var cluster = await DescribeClusterAsync(cancellationToken);
        await client.Metadata.RefreshAsync([], allowAutoCreate: false, client.Time.GetTimestamp(), cancellationToken);
        var groups = new List<ListedGroup>();
        foreach (var broker in cluster.Brokers.Keys)
        {
            var response = await client.SendUntilAnsweredAsync<ListGroupsRequest, ListGroupsResponse>(
                BrokerTarget.Broker(broker),
                static _ => new ListGroupsRequest(),
                static response => response.ErrorCode,
                cancellationToken);
            ThrowIfRefused(response.ErrorCode, "Groups cannot be listed");
            groups.AddRange(response.Groups.Select(static group =>
                new ListedGroup(
                    group.GroupId,
                    group.ProtocolType,
                    group.GroupState,
                    group.GroupType is { Length: > 0 } type ? type.ToLowerInvariant() : ClassicType)));
        }

        return groups;
    }

    /// <summary>
    /// A group's state and members, of either protocol; a group that does not exist is <c>Dead</c>.
    /// </summary>
    /// <exception cref="KafkaException">The broker refuses.</exception>
    public async Task<GroupDescription> DescribeGroupAsync(string groupId, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            BrokerTarget.CoordinatorOf(groupId),
            _ => new DescribeGroupsRequest { Groups = [groupId] },
            static response => FirstOrMissing(response.Groups, static group => group.ErrorCode),
            cancellationToken);
        var group = response.Groups[0];
        if (group.ErrorCode == ErrorCode.GroupIdNotFound
            || (group.ErrorCode == ErrorCode.None && group.GroupState == DeadState))
        {
            return await DescribeConsumerGroupAsync(groupId, cancellationToken)
                ?? new GroupDescription(groupId, DeadState, "", []);
        }

        ThrowIfRefused(group.ErrorCode, $"Group '{groupId}' cannot be described");
        var hasAssignments = group.ProtocolType == ConsumerProtocolType;
        return new GroupDescription(
            groupId,
            group.GroupState,
            group.ProtocolData,
            group.Members.ConvertAll(member => Read(member, hasAssignments)));
    }

    /// <returns>None, or why not (NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND ...).</returns>
    public async Task<ErrorCode> DeleteGroupAsync(string groupId, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<DeleteGroupsRequest, DeleteGroupsResponse>(
            BrokerTarget.CoordinatorOf(groupId),
            _ => new DeleteGroupsRequest { GroupsNames = [groupId] },
            static response => FirstOrMissing(response.Results, static result => result.ErrorCode),
            cancellationToken);
        return response.Results[0].ErrorCode;
    }

    /// <summary>Deletes the records of a partition before an offset; −1 for all that are readable.</summary>
    /// <returns>The first offset that is left.</returns>
    /// <exception cref="KafkaException">The broker refuses (OFFSET_OUT_OF_RANGE, POLICY_VIOLATION ...).</exception>
    public async Task<long> DeleteRecordsAsync(
        TopicPartition partition, long beforeOffset, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<DeleteRecordsRequest, DeleteRecordsResponse>(
            BrokerTarget.LeaderOf(partition),
            _ => new DeleteRecordsRequest
            {
                Topics =
                [
                    new DeleteRecordsRequest.DeleteRecordsTopic
                    {
                        Name = partition.Topic,
                        Partitions =
                        [
                            new DeleteRecordsRequest.DeleteRecordsPartition
                            {
                                PartitionIndex = partition.Partition,
                                Offset = beforeOffset,
                            },
                        ],
                    },
                ],
                TimeoutMs = TimeoutMs,
            },
            static response => FirstOrMissing(
                response.Topics, static topic => FirstOrMissing(topic.Partitions, static result => result.ErrorCode)),
            cancellationToken);
        var result = response.Topics[0].Partitions[0];
        ThrowIfRefused(result.ErrorCode, $"Records of {partition} cannot be deleted");
        return result.LowWatermark;
    }

    private int TimeoutMs => (int)client.Options.RequestTimeout.TotalMilliseconds;

    private Task<MetadataResponse> DescribeAllAsync(CancellationToken cancellationToken) =>
        client.SendUntilAnsweredAsync<MetadataRequest, MetadataResponse>(
            BrokerTarget.Any,
            // Null asks for all topics; version 0 says that with an empty list.
            static version => new MetadataRequest { Topics = version == 0 ? [] : null, AllowAutoTopicCreation = false },
            static response => response.ErrorCode,
            cancellationToken);

    private static GroupMemberDescription Read(DescribeGroupsResponse.DescribedGroupMember member, bool hasAssignment)
    {
        var assigned = hasAssignment
            ? ConsumerProtocol.ReadAssignment(member.MemberAssignment).AssignedPartitions
            : [];
        return new GroupMemberDescription(
            member.MemberId,
            member.GroupInstanceId,
            member.ClientId,
            member.ClientHost,
            [
                .. assigned.SelectMany(static topic =>
                    topic.Partitions.Select(index => new TopicPartition(topic.Topic, index))),
            ]);
    }

    /// <summary>The verdict on what was asked; a response that leaves it out is asked for again.</summary>
    private static ErrorCode FirstOrMissing<T>(List<T> results, Func<T, ErrorCode> error) =>
        results is [var first, ..] ? error(first) : ErrorCode.NetworkException;

    /// <summary>
    /// Retriable by its nature; yet what an administrator names and is not there will not come by waiting.
    /// </summary>
    private static ErrorCode FinalIfUnknown(ErrorCode error) =>
        error == ErrorCode.UnknownTopicOrPartition ? ErrorCode.None : error;

    private static void ThrowIfRefused(ErrorCode error, string what)
    {
        if (error != ErrorCode.None)
        {
            throw new KafkaException(error, $"{what}: {error}.");
        }
    }
}
