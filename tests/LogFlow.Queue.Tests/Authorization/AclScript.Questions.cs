using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <content>The questions, by what they are about.</content>
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
        await AskAsync<ProduceRequest, ProduceResponse>(transactional, 9);
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
                Topics = [new() { Name = "t", Count = 1, Assignments = null }, new()
                {
                    Name = "u", Count = 1, Assignments = null,
                }],
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
                    GroupId = group, MemberId = "nobody", SessionTimeoutMs = 10_000, RebalanceTimeoutMs = 10_000,
                    ProtocolType = "consumer", Protocols = [new() { Name = "range" }],
                },
                9);
            await AskAsync<SyncGroupRequest, SyncGroupResponse>(
                new SyncGroupRequest
                {
                    GroupId = group, MemberId = "nobody", ProtocolType = "consumer", ProtocolName = "range",
                },
                5);
            await AskAsync<HeartbeatRequest, HeartbeatResponse>(
                new HeartbeatRequest { GroupId = group, MemberId = "nobody" }, 4);
            await AskAsync<LeaveGroupRequest, LeaveGroupResponse>(
                new LeaveGroupRequest { GroupId = group, Members = [new() { MemberId = "nobody" }] }, 5);
            await AskAsync<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>(
                new ConsumerGroupHeartbeatRequest
                {
                    GroupId = group, MemberId = "nobody", MemberEpoch = 5, SubscribedTopicNames = ["t", "u"],
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
                                    Name = name, PartitionIndexes = [0],
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

    private async Task AskTransactionsAsync()
    {
        await AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            new FindCoordinatorRequest { KeyType = 1, Key = "y" }, 3);
        await AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
            new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 1000 }, 4);
        foreach (var id in new[] { "x", "y" })
        {
            if (_step is "nothing" or "reader" or "describer" || (id == "y" && _step != "owner"))
            {
                await AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
                    new InitProducerIdRequest { TransactionalId = id, TransactionTimeoutMs = 1000 }, 4);
            }

            if (_step == "owner")
            {
                continue;
            }

            await AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
                new AddPartitionsToTxnRequest
                {
                    V3AndBelowTransactionalId = id, V3AndBelowProducerId = 77,
                    V3AndBelowTopics = [new() { Name = "t", Partitions = [0] }, new() { Name = "u", Partitions = [0] }],
                },
                3);
            await AskAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
                new AddOffsetsToTxnRequest { TransactionalId = id, ProducerId = 77, GroupId = "h" }, 3);
            await AskAsync<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(
                new TxnOffsetCommitRequest
                {
                    TransactionalId = id, GroupId = "h", ProducerId = 77,
                    Topics = [new() { Name = "t", Partitions = [new() { CommittedOffset = 1 }] }],
                },
                3);
            if (id == "y")
            {
                await AskAsync<EndTxnRequest, EndTxnResponse>(
                    new EndTxnRequest { TransactionalId = id, ProducerId = 77 }, 3);
                await AskAsync<EndTxnRequest, EndTxnResponse>(
                    new EndTxnRequest { TransactionalId = id, ProducerId = 77 }, 5);
            }
        }

        await AskAsync<DescribeTransactionsRequest, DescribeTransactionsResponse>(
            new DescribeTransactionsRequest { TransactionalIds = ["y"] }, 0);
        await AskAsync<ListTransactionsRequest, ListTransactionsResponse>(new ListTransactionsRequest(), 1);
        if (_step != "operator")
        {
            await AskAsync<AddPartitionsToTxnRequest, AddPartitionsToTxnResponse>(
                new AddPartitionsToTxnRequest { Transactions = [new() { TransactionalId = "y" }] }, 5);
            await AskAsync<WriteTxnMarkersRequest, WriteTxnMarkersResponse>(
                new WriteTxnMarkersRequest
                {
                    Markers = [new() { ProducerId = 77, Topics = [new() { Name = "t", PartitionIndexes = [0] }] }],
                },
                1);
        }
    }

    private async Task AskConfigsAsync()
    {
        foreach (var (type, name) in new (sbyte, string)[] { (2, "t"), (2, "u"), (2, "nowhere"), (4, "1"), (32, "g") })
        {
            if (type != 4 || _step != "operator")
            {
                await AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
                    new DescribeConfigsRequest
                    {
                        Resources =
                        [
                            new()
                            {
                                ResourceType = type, ResourceName = name, ConfigurationKeys = ["cleanup.policy"],
                            },
                        ],
                    },
                    2);
            }

            await AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
                new IncrementalAlterConfigsRequest
                {
                    ValidateOnly = true, Resources = [new() { ResourceType = type, ResourceName = name }],
                },
                1);
            if (name != "nowhere" || _step != "owner")
            {
                await AskAsync<AlterConfigsRequest, AlterConfigsResponse>(
                    new AlterConfigsRequest
                    {
                        ValidateOnly = true, Resources = [new() { ResourceType = type, ResourceName = name }],
                    },
                    2);
            }
        }

        if (_step != "operator")
        {
            await AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(
                new ListConfigResourcesRequest { ResourceTypes = [2] }, 1);
        }
    }

    private async Task AskClusterAsync()
    {
        await AskAsync<DescribeClusterRequest, DescribeClusterResponse>(
            new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true }, 2);
        await AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(
            new DescribeLogDirsRequest { Topics = [] }, 4);
        await AskAsync<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
            new DescribeUserScramCredentialsRequest { Users = [new() { Name = "nobody" }] }, 0);
        await AskAsync<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
            new AlterUserScramCredentialsRequest { Deletions = [new() { Name = "nobody", Mechanism = 1 }] }, 0);
        await AskAsync<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(
            new DescribeClientQuotasRequest(), 1);
        await AskAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(
            new UnregisterBrokerRequest { BrokerId = 77 }, 0);
        await AskAsync<ElectLeadersRequest, ElectLeadersResponse>(
            new ElectLeadersRequest { TopicPartitions = [new() { Topic = "t", Partitions = [0] }] }, 2);
        await AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
            new AlterPartitionReassignmentsRequest
            {
                Topics = [new() { Name = "t", Partitions = [new() { Replicas = null }] }],
            },
            1);
        await AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
            new ListPartitionReassignmentsRequest(), 0);
        await AskAsync<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>(
            new AlterReplicaLogDirsRequest
            {
                Dirs = [new() { Path = "/nowhere", Topics = [new() { Name = "t", Partitions = [0] }] }],
            },
            2);
        await AskAsync<DescribeAclsRequest, DescribeAclsResponse>(AnyAcl(), 3);
        await AskAsync<ShareGroupDescribeRequest, ShareGroupDescribeResponse>(
            new ShareGroupDescribeRequest { GroupIds = ["s"] }, 1);
        await AskAsync<CreateDelegationTokenRequest, CreateDelegationTokenResponse>(
            new CreateDelegationTokenRequest { MaxLifetimeMs = 1000 }, 3);
        await AskAsync<DescribeDelegationTokenRequest, DescribeDelegationTokenResponse>(
            new DescribeDelegationTokenRequest { Owners = null }, 3);
        if (_step is not ("describer" or "operator"))
        {
            await AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(
                new DescribeQuorumRequest
                {
                    Topics = [new() { TopicName = "__cluster_metadata", Partitions = [new()] }],
                },
                2);
            await AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(
                new UpdateFeaturesRequest
                {
                    ValidateOnly = true, FeatureUpdates = [new() { Feature = "no.such", MaxVersionLevel = 1 }],
                },
                1);
            await AskAsync<AlterClientQuotasRequest, AlterClientQuotasResponse>(
                new AlterClientQuotasRequest
                {
                    ValidateOnly = true,
                    Entries =
                    [
                        new()
                        {
                            Entity = [new() { EntityType = "user", EntityName = "bob" }],
                            Ops = [new() { Key = "producer_byte_rate", Value = 1 }],
                        },
                    ],
                },
                1);
            await AskAsync<CreateAclsRequest, CreateAclsResponse>(
                new CreateAclsRequest { Creations = [Create(Allow(AclOperation.Read, Topic, "t"))] }, 3);
            await AskAsync<DeleteAclsRequest, DeleteAclsResponse>(
                Delete(Filter(type: 2, name: "t", pattern: 3)), 3);
        }
    }

    /// <summary>ACLs themselves: what may be kept, what filters match.</summary>
    private async Task AskAboutAclsAsync(RawClient admin)
    {
        _step = "admin";
        var good = Allow(AclOperation.Read, Topic, "t");
        foreach (var acl in new[]
        {
            good, good with { PatternType = AclPatternType.Any }, good with { PatternType = AclPatternType.Match },
            good with { ResourceType = AclResourceType.Any }, good with { Operation = AclOperation.Any },
            good with { Permission = AclPermission.Any }, good with { ResourceName = "" },
            good with { Principal = "alice" }, good with { ResourceType = AclResourceType.Cluster },
            good with { ResourceType = AclResourceType.DelegationToken },
            good with { ResourceType = AclResourceType.User, ResourceName = "User:a" },
            good with { Host = "not a host" },
        })
        {
            var answer = await admin.AskAsync<CreateAclsRequest, CreateAclsResponse>(
                new CreateAclsRequest { Creations = [Create(acl)] }, 3);
            _answers.Add($"create {acl} -> {Text(answer)}");
        }

        await SetAclsAsync(admin,
        [
            good, good with { PatternType = AclPatternType.Prefixed }, good with { ResourceName = "*" },
            good with { ResourceName = "top" }, good with { Permission = AclPermission.Deny },
            good with { ResourceType = AclResourceType.Group }, good with { Principal = "User:bob", Host = "1.2.3.4" },
        ]);
        foreach (var filter in new[]
        {
            Filter(), Filter(type: 2), Filter(type: 2, name: "t"), Filter(type: 2, name: "t", pattern: 3),
            Filter(type: 2, name: "top", pattern: 2), Filter(type: 2, name: "top", pattern: 4),
            Filter(name: "*", pattern: 3), Filter(principal: "User:bob"), Filter(host: "1.2.3.4"),
            Filter(operation: 4), Filter(permission: 2), Filter(type: 3, name: "t", pattern: 2),
        })
        {
            var answer = await admin.AskAsync<DescribeAclsRequest, DescribeAclsResponse>(filter, 3);
            _answers.Add($"describe {filter.ResourceNameFilter} {filter.PatternTypeFilter} -> {Text(answer)}");
        }

        var deleted = await admin.AskAsync<DeleteAclsRequest, DeleteAclsResponse>(
            Delete(Filter(type: 2, name: "top", pattern: 2), Filter(name: "nobody")), 3);
        _answers.Add($"delete -> {Text(deleted)}");
    }

    public static DescribeAclsRequest Filter(
        sbyte type = 1, string? name = null, sbyte pattern = 1, string? principal = null, string? host = null,
        sbyte operation = 1, sbyte permission = 1) => new()
        {
            ResourceTypeFilter = type,
            ResourceNameFilter = name,
            PatternTypeFilter = pattern,
            PrincipalFilter = principal,
            HostFilter = host,
            Operation = operation,
            PermissionType = permission,
        };
}
