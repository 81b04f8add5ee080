using System.Globalization;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>
/// Speaks the new group protocol to a broker, ours or Apache Kafka, and writes down what it answers in a form that two
/// brokers can be compared by: topic names instead of ids, sorted, without times.
/// </summary>
internal sealed class ConsumerGroupScript(RawClient client) : IDisposable
{
    private readonly Dictionary<Guid, string> _topicNames = [];

    public List<string> Transcript { get; } = [];

    public string GroupId { get; set; } = "g";

    /// <summary>Names for the ids that a broker has made up, so that two of them can be compared.</summary>
    public Dictionary<string, string> Aliases { get; } = [];

    public static async Task<ConsumerGroupScript> ConnectAsync(int port)
    {
        var client = await RawClient.ConnectAsync(port);
        await Eventually.TrueAsync(
            async () => (await client.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
                    new FindCoordinatorRequest { CoordinatorKeys = ["g"] }, 4)).Coordinators[0].ErrorCode
                == ErrorCode.None,
            "a group coordinator");
        return new ConsumerGroupScript(client);
    }

    public async Task CreateTopicAsync(string topic, int partitions)
    {
        await client.CreateTopicAsync(topic, partitions);
        await Eventually.TrueAsync(
            async () => await FindTopicAsync(topic) is { } found && found.Partitions.Count == partitions,
            $"topic {topic}");
    }

    public async Task GrowTopicAsync(string topic, int partitions)
    {
        var response = await client.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
            new CreatePartitionsRequest
            {
                TimeoutMs = 10_000,
                Topics =
                [
                    new CreatePartitionsRequest.CreatePartitionsTopic
                    {
                        Name = topic, Count = partitions, Assignments = null,
                    },
                ],
            },
            3);
        Assert.Equal(ErrorCode.None, response.Results[0].ErrorCode);
    }

    public void Note(string line) => Transcript.Add("# " + line);

    /// <summary>
    /// Everything is sent that is not null; <paramref name="owned"/> is "topic:0,1 other:2", "" for nothing.
    /// </summary>
    public async Task<ConsumerGroupHeartbeatResponse> BeatAsync(
        string member,
        int epoch,
        string? topics = null,
        string? regex = null,
        string? owned = null,
        string? instance = null,
        string? assignor = null,
        string? rack = null,
        int rebalanceMs = -1,
        short version = 1)
    {
        var response = await client.AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
            new ConsumerGroupHeartbeatRequest
            {
                GroupId = GroupId,
                MemberId = member,
                MemberEpoch = epoch,
                InstanceId = instance,
                RackId = rack,
                RebalanceTimeoutMs = rebalanceMs,
                SubscribedTopicNames = topics?.Split(',', StringSplitOptions.RemoveEmptyEntries).ToList(),
                SubscribedTopicRegex = regex,
                ServerAssignor = assignor,
                TopicPartitions = owned is null ? null : await ParseAsync(owned),
            },
            version);
        Transcript.Add(
            $"beat {member} {epoch} topics={topics ?? "-"} regex={regex ?? "-"} owned={owned ?? "-"} "
            + $"instance={instance ?? "-"} assignor={assignor ?? "-"} v{version} -> {response.ErrorCode}"
            + NameOf(MessageOf(response))
            + $" member={NameOf(response.MemberId)} epoch={response.MemberEpoch} every={response.HeartbeatIntervalMs}"
            + $" has={(response.Assignment is null ? "as before" : $"[{await TextAsync(response.Assignment)}]")}");
        return response;
    }

    public Task<ConsumerGroupHeartbeatResponse> JoinAsync(
        string member, string topics, string? instance = null, string? assignor = null) =>
        BeatAsync(member, 0, topics, owned: "", instance: instance, assignor: assignor, rebalanceMs: 60_000);

    public async Task DescribeAsync()
    {
        var response = await client.AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
            new ConsumerGroupDescribeRequest { GroupIds = [GroupId] }, 1);
        var group = response.Groups[0];
        Transcript.Add(
            $"describe -> {group.ErrorCode} '{group.ErrorMessage}' {group.GroupState} epoch={group.GroupEpoch} "
            + $"assignment={group.AssignmentEpoch} by {group.AssignorName}");
        foreach (var member in group.Members.OrderBy(member => NameOf(member.MemberId), StringComparer.Ordinal))
        {
            Transcript.Add(
                $"  {NameOf(member.MemberId)} instance={member.InstanceId ?? "-"} rack={member.RackId ?? "-"} "
                + $"epoch={member.MemberEpoch} client={member.ClientId} host={member.ClientHost} "
                + $"topics={string.Join(',', member.SubscribedTopicNames.Order(StringComparer.Ordinal))} "
                + $"regex={member.SubscribedTopicRegex ?? "null"} type={member.MemberType} "
                + $"has=[{Text(member.Assignment)}] target=[{Text(member.TargetAssignment)}]");
        }
    }

    public async Task<ErrorCode> CommitAsync(
        string member, int epoch, string topic = "t", long offset = 1, short version = 9)
    {
        var response = await client.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
            new OffsetCommitRequest
            {
                GroupId = GroupId,
                MemberId = member,
                GenerationIdOrMemberEpoch = epoch,
                Topics =
                [
                    new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = topic,
                        Partitions =
                        [
                            new OffsetCommitRequest.OffsetCommitRequestPartition
                            {
                                PartitionIndex = 0, CommittedOffset = offset, CommittedMetadata = "note",
                            },
                        ],
                    },
                ],
            },
            version);
        var error = response.Topics[0].Partitions[0].ErrorCode;
        Transcript.Add($"commit {NameOf(member)} {epoch} v{version} -> {error}");
        return error;
    }

    public async Task<long> FetchOffsetAsync(string? member, int epoch)
    {
        var response = await client.AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
            new OffsetFetchRequest
            {
                Groups =
                [
                    new OffsetFetchRequest.OffsetFetchRequestGroup
                    {
                        GroupId = GroupId,
                        MemberId = member,
                        MemberEpoch = epoch,
                        Topics =
                        [
                            new OffsetFetchRequest.OffsetFetchRequestTopics { Name = "t", PartitionIndexes = [0] },
                        ],
                    },
                ],
            },
            9);
        var group = response.Groups[0];
        var offset = group.Topics.SelectMany(topic => topic.Partitions).FirstOrDefault()?.CommittedOffset ?? -2;
        Transcript.Add($"fetch {NameOf(member)} {epoch} -> {group.ErrorCode} {offset}");
        return offset;
    }

    public async Task DeleteOffsetAsync(string topic)
    {
        var response = await client.AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(
            new OffsetDeleteRequest
            {
                GroupId = GroupId,
                Topics =
                [
                    new OffsetDeleteRequest.OffsetDeleteRequestTopic
                    {
                        Name = topic,
                        Partitions = [new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = 0 }],
                    },
                ],
            },
            0);
        var error = response.Topics.FirstOrDefault()?.Partitions[0].ErrorCode;
        Transcript.Add($"delete offset {topic} -> {response.ErrorCode} {error}");
    }

    public async Task ListAsync(params string[] types)
    {
        var response = await client.AskAsync<ListGroupsRequest, ListGroupsResponse>(
            new ListGroupsRequest { TypesFilter = [.. types] }, 5);
        Transcript.Add($"list {string.Join(',', types)} -> " + string.Join(" ", response.Groups
            .OrderBy(group => group.GroupId, StringComparer.Ordinal)
            .Select(group => $"{group.GroupId}:{group.GroupType}:{group.ProtocolType}:{group.GroupState}")));
    }

    public async Task DescribeClassicAsync(short version)
    {
        var response = await client.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new DescribeGroupsRequest { Groups = [GroupId] }, version);
        var group = response.Groups[0];
        Transcript.Add(
            $"describe classic v{version} -> {group.ErrorCode} '{group.ErrorMessage}' {group.GroupState} "
            + $"{group.ProtocolType} {group.Members.Count}");
    }

    /// <summary>Waits, without a word, for what another connection brings about.</summary>
    public Task UntilClassicAsync(string state) => Eventually.TrueAsync(
        async () => (await client.AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new DescribeGroupsRequest { Groups = [GroupId] }, 5)).Groups[0].GroupState == state,
        $"group {GroupId} is {state}");

    public async Task DeleteAsync()
    {
        var response = await client.AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(
            new DeleteGroupsRequest { GroupsNames = [GroupId] }, 2);
        Transcript.Add($"delete -> {response.Results[0].ErrorCode}");
    }

    public async Task<JoinGroupResponse> JoinClassicAsync(string member = "")
    {
        var response = await client.AskAsync<JoinGroupRequest, JoinGroupResponse>(
            new JoinGroupRequest
            {
                GroupId = GroupId,
                MemberId = member,
                SessionTimeoutMs = 30_000,
                RebalanceTimeoutMs = 30_000,
                ProtocolType = "consumer",
                Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = "x", Metadata = new byte[] { 1 } }],
            },
            9);
        Transcript.Add($"join classic -> {response.ErrorCode} generation={response.GenerationId}");
        return response;
    }

    public async Task LeaveClassicAsync(string member, string? instance = null)
    {
        var response = await client.AskAsync<LeaveGroupRequest, LeaveGroupResponse>(
            new LeaveGroupRequest
            {
                GroupId = GroupId,
                Members = [new LeaveGroupRequest.MemberIdentity { MemberId = member, GroupInstanceId = instance }],
            },
            5);
        var error = response.Members.FirstOrDefault()?.ErrorCode;
        Transcript.Add($"leave classic instance={instance ?? "-"} -> {response.ErrorCode} {error}");
    }

    public async Task HeartbeatClassicAsync(string member, int generation)
    {
        var response = await client.AskAsync<HeartbeatRequest, HeartbeatResponse>(
            new HeartbeatRequest { GroupId = GroupId, MemberId = member, GenerationId = generation }, 4);
        Transcript.Add($"heartbeat classic -> {response.ErrorCode}");
    }

    /// <summary>The member as the transcript shows it, in texts too.</summary>
    public string NameOf(string? text)
    {
        foreach (var (id, alias) in Aliases)
        {
            text = text?.Replace(id, alias, StringComparison.Ordinal);
        }

        return text ?? "null";
    }

    public void Dispose() => client.Dispose();

    private async Task<MetadataResponse.MetadataResponseTopic?> FindTopicAsync(string topic)
    {
        var metadata = await client.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest
            {
                Topics = [new MetadataRequest.MetadataRequestTopic { Name = topic }],
                AllowAutoTopicCreation = false,
            },
            12);
        var found = metadata.Topics.FirstOrDefault(found => found.ErrorCode == ErrorCode.None);
        if (found is not null)
        {
            _topicNames[found.TopicId] = topic;
        }

        return found;
    }

    private async Task<List<ConsumerGroupHeartbeatRequest.TopicPartitionsData>> ParseAsync(string owned)
    {
        var topics = new List<ConsumerGroupHeartbeatRequest.TopicPartitionsData>();
        foreach (var part in owned.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, numbers) = (part.Split(':')[0], part.Split(':')[1]);
            topics.Add(new ConsumerGroupHeartbeatRequest.TopicPartitionsData
            {
                TopicId = (await FindTopicAsync(name))!.TopicId,
                Partitions = numbers.Split(',')
                    .Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList(),
            });
        }

        return topics;
    }

    private async Task<string> TextAsync(ConsumerGroupHeartbeatResponse.AssignmentData assignment)
    {
        foreach (var topic in assignment.TopicPartitions.Where(topic => !_topicNames.ContainsKey(topic.TopicId)))
        {
            var metadata = await client.AskAsync<MetadataRequest, MetadataResponse>(
                new MetadataRequest
                {
                    Topics = [new MetadataRequest.MetadataRequestTopic { TopicId = topic.TopicId }],
                },
                12);
            _topicNames[topic.TopicId] = metadata.Topics[0].Name!;
        }

        return string.Join(' ', assignment.TopicPartitions
            .Select(topic => $"{_topicNames[topic.TopicId]}:{string.Join(',', topic.Partitions.Order())}")
            .Order(StringComparer.Ordinal));
    }

    /// <summary>Two engines describe a bad pattern in their own words.</summary>
    private static string MessageOf(ConsumerGroupHeartbeatResponse response) =>
        response.ErrorMessage is null || response.ErrorCode == ErrorCode.InvalidRegularExpression
            ? ""
            : $" '{response.ErrorMessage}'";

    private static string Text(ConsumerGroupDescribeResponse.Assignment assignment) =>
        string.Join(' ', assignment.TopicPartitions
            .Select(topic => $"{topic.TopicName}:{string.Join(',', topic.Partitions.Order())}")
            .Order(StringComparer.Ordinal));
}
