using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <content>Questions about transactions, settings and the cluster.</content>
internal sealed partial class AclScript
{
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
                    V3AndBelowTransactionalId = id,
                    V3AndBelowProducerId = 77,
                    V3AndBelowTopics = [new() { Name = "t", Partitions = [0] }, new() { Name = "u", Partitions = [0] }],
                },
                3);
            await AskAsync<AddOffsetsToTxnRequest, AddOffsetsToTxnResponse>(
                new AddOffsetsToTxnRequest { TransactionalId = id, ProducerId = 77, GroupId = "h" }, 3);
            await AskAsync<TxnOffsetCommitRequest, TxnOffsetCommitResponse>(
                new TxnOffsetCommitRequest
                {
                    TransactionalId = id,
                    GroupId = "h",
                    ProducerId = 77,
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
            // Of a topic that is not there the error is the same, and the words are not.
            if (name == "nowhere" && _step == "owner")
            {
                continue;
            }

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
                    ValidateOnly = true,
                    Resources = [new() { ResourceType = type, ResourceName = name }],
                },
                1);
            await AskAsync<AlterConfigsRequest, AlterConfigsResponse>(
                new AlterConfigsRequest
                {
                    ValidateOnly = true,
                    Resources = [new() { ResourceType = type, ResourceName = name }],
                },
                2);
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
            await AskForChangesAsync();
        }
    }

    /// <summary>
    /// What changes something where it is allowed, or is answered by each broker in its own way.
    /// </summary>
    private async Task AskForChangesAsync()
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
                ValidateOnly = true,
                FeatureUpdates = [new() { Feature = "no.such", MaxVersionLevel = 1 }],
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
