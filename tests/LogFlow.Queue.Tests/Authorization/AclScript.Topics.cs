using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <content>Questions about records, topics and groups.</content>
internal sealed partial class AclScript
{
    private static readonly string[] Names = ["t", "u", "nowhere"];

    private async Task AskRecordsAsync()
    {
        var produce = Some.Produce("t", 0, Some.Batch());
        produce.TopicData.AddRange(Some.Produce("u", 0, Some.Batch()).TopicData);
        produce.TopicData.AddRange(Some.Produce("nowhere", 0, Some.Batch()).TopicData);
        await AskAsync<ProduceRequest, ProduceResponse>(produce, 9);
        await AskAsync<ProduceRequest, ProduceResponse>(Some.Produce("u", 0, Some.Batch()), 3);
        var transactional = Some.Produce(
            "t", 0, Some.Batch(producerId: 77, epoch: 0, sequence: 0, isTransactional: true));
        transactional.TransactionalId = "y";
        if (_step != "owner")
        {
            await AskAsync<ProduceRequest, ProduceResponse>(transactional, 9);
        }

        var fetch = Some.Fetch("t", 0);
        fetch.Topics.AddRange(Some.Fetch("u", 0).Topics);
        fetch.Topics.AddRange(Some.Fetch("nowhere", 0).Topics);
        await AskAsync<FetchRequest, FetchResponse>(fetch, 11);
        foreach (var topic in fetch.Topics)
        {
            topic.TopicId = _topicIds.GetValueOrDefault(topic.Topic, new Guid(1, 2, 3, new byte[8]));
        }

        await AskAsync<FetchRequest, FetchResponse>(fetch, 13);
        await AskAsync<ListOffsetsRequest, ListOffsetsResponse>(
            new ListOffsetsRequest
            {
                ReplicaId = -1,
                Topics = [.. Names.Select(static name => new ListOffsetsRequest.ListOffsetsTopic
                {
                    Name = name, Partitions = [new() { Timestamp = -2 }],
                })],
            },
            7);
        await AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(
            new OffsetForLeaderEpochRequest
            {
                Topics = [.. Names.Select(static name => new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                {
                    Topic = name, Partitions = [new() { LeaderEpoch = 0 }],
                })],
            },
            4);
        await AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(
            new DeleteRecordsRequest
            {
                TimeoutMs = 1000,
                Topics = [.. Names[..2].Select(static name => new DeleteRecordsRequest.DeleteRecordsTopic
                {
                    Name = name, Partitions = [new() { Offset = 0 }],
                })],
            },
            2);
        await AskAsync<DescribeProducersRequest, DescribeProducersResponse>(
            new DescribeProducersRequest
            {
                Topics = [.. Names.Select(static name => new DescribeProducersRequest.TopicRequest
                {
                    Name = name, PartitionIndexes = [0],
                })],
            },
            0);
    }

    private async Task AskTopicsAsync()
    {
        foreach (var version in new short[] { 0, 1, 4, 9, 10, 12 })
        {
            await AskAsync<MetadataRequest, MetadataResponse>(
                new MetadataRequest
                {
                    Topics = version == 0 ? [] : null,
                    IncludeTopicAuthorizedOperations = true,
                    IncludeClusterAuthorizedOperations = true,
                },
                version);
            await AskAsync<MetadataRequest, MetadataResponse>(Named(Names[..2]), version);
        }

        var unknown = Named([.. Names, "nowhere-2"]);
        unknown.AllowAutoTopicCreation = false;
        await AskAsync<MetadataRequest, MetadataResponse>(unknown, 12);
        if (_step is "nothing" or "reader" or "stranger")
        {
            await AskAsync<MetadataRequest, MetadataResponse>(Named(Names), 12);
        }

        var byId = Named([null, null]);
        (byId.Topics![0].TopicId, byId.Topics[1].TopicId) = (_topicIds["t"], _topicIds["u"]);
        await AskAsync<MetadataRequest, MetadataResponse>(byId, 12);
        await AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
            new DescribeTopicPartitionsRequest
            {
                Topics = [.. Names.Select(static name => new DescribeTopicPartitionsRequest.TopicRequest
                {
                    Name = name,
                })],
            },
            0);
        await AskTopicChangesAsync();
    }

    private async Task AskTopicChangesAsync()
    {
        var create = Some.CreateTopics("new-1");
        create.Topics.AddRange(Some.CreateTopics("other-1").Topics);
        create.Topics.ForEach(static topic => topic.Configs = []);
        create.ValidateOnly = true;
        await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(create, 4);
        if (_step is not ("operator" or "owner"))
        {
            // What the settings are differs; who may see them does not.
            await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(create, 7);
        }

        await AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
            new CreatePartitionsRequest
            {
                ValidateOnly = true,
                TimeoutMs = 1000,
                Topics = [.. Names[..2].Select(static name => new CreatePartitionsRequest.CreatePartitionsTopic
                {
                    Name = name,
                    Count = 1,
                    Assignments = null,
                })],
            },
            3);
        await AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new DeleteTopicsRequest { TopicNames = ["nowhere", "nowhere-2"], TimeoutMs = 1000 }, 5);
        if (_step != "owner")
        {
            await AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
                new DeleteTopicsRequest
                {
                    TimeoutMs = 1000,
                    Topics = [new() { Name = "t" }, new() { TopicId = _topicIds["u"] }],
                },
                6);
        }
    }

    private static MetadataRequest Named(IEnumerable<string?> names) => new()
    {
        Topics = [.. names.Select(static name => new MetadataRequest.MetadataRequestTopic { Name = name })],
        IncludeTopicAuthorizedOperations = true,
        IncludeClusterAuthorizedOperations = true,
    };

    private async Task AskGroupsAsync()
    {
        foreach (var (version, keys) in new (short, List<string>)[] { (3, []), (4, ["g", "h"]) })
        {
            await AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
                new FindCoordinatorRequest { Key = "g", CoordinatorKeys = keys }, version);
        }

        foreach (var group in new[] { "g", "h" })
        {
            await AskAsync<JoinGroupRequest, JoinGroupResponse>(
                new JoinGroupRequest
                {
                    GroupId = group,
                    MemberId = "nobody",
                    SessionTimeoutMs = 10_000,
                    RebalanceTimeoutMs = 10_000,
                    ProtocolType = "consumer",
                    Protocols = [new() { Name = "range" }],
                },
                9);
            await AskAsync<SyncGroupRequest, SyncGroupResponse>(
                new SyncGroupRequest
                {
                    GroupId = group,
                    MemberId = "nobody",
                    ProtocolType = "consumer",
                    ProtocolName = "range",
                },
                5);
            await AskAsync<HeartbeatRequest, HeartbeatResponse>(
                new HeartbeatRequest { GroupId = group, MemberId = "nobody" }, 4);
            await AskAsync<LeaveGroupRequest, LeaveGroupResponse>(
                new LeaveGroupRequest { GroupId = group, Members = [new() { MemberId = "nobody" }] }, 5);
            await AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
                new ConsumerGroupHeartbeatRequest
                {
                    GroupId = group,
                    MemberId = "nobody",
                    MemberEpoch = 5,
                    SubscribedTopicNames = ["t", "u"],
                },
                1);
        }

        await AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new DescribeGroupsRequest { Groups = ["g", "h"], IncludeAuthorizedOperations = true }, 5);
        await AskAsync<DescribeGroupsRequest, DescribeGroupsResponse>(
            new DescribeGroupsRequest { Groups = ["g", "h"], IncludeAuthorizedOperations = true }, 6);
        await AskAsync<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse>(
            new ConsumerGroupDescribeRequest { GroupIds = ["g", "h"], IncludeAuthorizedOperations = true }, 1);
        await AskAsync<ListGroupsRequest, ListGroupsResponse>(new ListGroupsRequest(), 5);
        await AskAsync<DeleteGroupsRequest, DeleteGroupsResponse>(
            new DeleteGroupsRequest { GroupsNames = ["h"] }, 2);
    }

    private async Task AskOffsetsAsync()
    {
        foreach (var group in new[] { "g", "h" })
        {
            if (group == "g" || _step != "owner")
            {
                await AskAsync<OffsetCommitRequest, OffsetCommitResponse>(Commit(group, "t", "u"), 8);
            }

            foreach (var topics in new[] { Names, null })
            {
                foreach (var version in new short[] { 1, 7 })
                {
                    if (version > 1 || topics is not null)
                    {
                        await AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
                            new OffsetFetchRequest
                            {
                                GroupId = group,
                                Topics = topics?.Select(static name => new OffsetFetchRequest.OffsetFetchRequestTopic
                                {
                                    Name = name,
                                    PartitionIndexes = [0],
                                }).ToList(),
                            },
                            version);
                    }
                }

                await AskAsync<OffsetFetchRequest, OffsetFetchResponse>(
                    new OffsetFetchRequest
                    {
                        Groups =
                        [
                            new()
                            {
                                GroupId = group,
                                Topics = topics?.Select(static name => new OffsetFetchRequest.OffsetFetchRequestTopics
                                {
                                    Name = name, PartitionIndexes = [0],
                                }).ToList(),
                            },
                        ],
                    },
                    8);
            }
        }

        await AskAsync<OffsetDeleteRequest, OffsetDeleteResponse>(
            new OffsetDeleteRequest
            {
                GroupId = "g",
                Topics = [.. Names.Select(static name => new OffsetDeleteRequest.OffsetDeleteRequestTopic
                {
                    Name = name, Partitions = [new() { PartitionIndex = 7 }],
                })],
            },
            0);
    }
}
