using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <content>The cluster as a whole: users, ACLs, quotas, replicas, features.</content>
internal sealed partial class AccessTable
{
    private void AddCluster()
    {
        Add(new ApiGuard<DescribeClusterRequest, DescribeClusterResponse>(
            "nothing; Describe Cluster to see what one may do",
            static (_, access, _) => Admission<DescribeClusterResponse>.Then(answer =>
                answer.ClusterAuthorizedOperations = NarrowCluster(answer.ClusterAuthorizedOperations, access))));
        Add(new ApiGuard<FindCoordinatorRequest, FindCoordinatorResponse>(
            "Describe of each: Group, or TransactionalId", AdmitFindCoordinator));
        Add(GuardKind.Cluster<DescribeLogDirsRequest, DescribeLogDirsResponse>(
            AclOperation.Describe, static (_, error) => new() { ErrorCode = error }));
        Add(GuardKind.Cluster<DescribeQuorumRequest, DescribeQuorumResponse>(
            AclOperation.Describe,
            static (_, error) => new() { ErrorCode = error, ErrorMessage = GuardKind.MessageOf(error) }));
        Add(GuardKind.Cluster<UpdateFeaturesRequest, UpdateFeaturesResponse>(
            AclOperation.Alter,
            static (_, error) => new() { ErrorCode = error, ErrorMessage = GuardKind.MessageOf(error) }));
        Add(GuardKind.Cluster<UnregisterBrokerRequest, UnregisterBrokerResponse>(
            AclOperation.Alter,
            static (_, error) => new() { ErrorCode = error, ErrorMessage = GuardKind.MessageOf(error) }));
        AddReplicas();
        AddAcls();
        AddUsers();
    }

    private static Admission<FindCoordinatorResponse> AdmitFindCoordinator(
        FindCoordinatorRequest request, RequestAccess access, short version)
    {
        const sbyte transaction = 1;
        const short firstWithKeys = 4;
        var type = request.KeyType == transaction ? AclResourceType.TransactionalId : AclResourceType.Group;
        var error = GuardKind.ErrorOf(type);
        if (version < firstWithKeys)
        {
            return access.May(AclOperation.Describe, type, request.Key)
                ? default
                : Admission<FindCoordinatorResponse>.Refused(
                    new() { ErrorCode = error, ErrorMessage = GuardKind.MessageOf(error), NodeId = -1, Port = -1 });
        }

        return GuardKind.AdmitEach<FindCoordinatorResponse, string>(
            request.CoordinatorKeys,
            key => access.May(AclOperation.Describe, type, key),
            (answer, key) => answer.Coordinators.Add(new()
            {
                Key = key,
                ErrorCode = error,
                NodeId = -1,
                Port = -1,
            }));
    }

    private void AddReplicas()
    {
        Add(GuardKind.Cluster<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>(
            AclOperation.Alter,
            static (request, error) => new()
            {
                Results = [.. request.Dirs.SelectMany(static dir => dir.Topics).Select(topic =>
                    new AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult
                    {
                        TopicName = topic.Name,
                        Partitions = topic.Partitions.ConvertAll(partition =>
                            new AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult
                            {
                                PartitionIndex = partition, ErrorCode = error,
                            }),
                    })],
            }));
        Add(GuardKind.Cluster<ElectLeadersRequest, ElectLeadersResponse>(
            AclOperation.Alter,
            static (request, error) => new()
            {
                ErrorCode = error,
                ReplicaElectionResults = [.. (request.TopicPartitions ?? []).Select(topic =>
                    new ElectLeadersResponse.ReplicaElectionResult
                    {
                        Topic = topic.Topic,
                        PartitionResult = topic.Partitions.ConvertAll(partition =>
                            new ElectLeadersResponse.PartitionResult
                            {
                                PartitionId = partition,
                                ErrorCode = error,
                                ErrorMessage = GuardKind.MessageOf(error),
                            }),
                    })],
            }));
        Add(GuardKind.Cluster<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
            AclOperation.Alter,
            static (request, error) => new()
            {
                ErrorCode = error,
                ErrorMessage = GuardKind.MessageOf(error),
                Responses = request.Topics.ConvertAll(topic =>
                    new AlterPartitionReassignmentsResponse.ReassignableTopicResponse
                    {
                        Name = topic.Name,
                        Partitions = topic.Partitions.ConvertAll(partition =>
                            new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse
                            {
                                PartitionIndex = partition.PartitionIndex,
                                ErrorCode = error,
                                ErrorMessage = GuardKind.MessageOf(error),
                            }),
                    }),
            }));
        Add(GuardKind.Cluster<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
            AclOperation.Describe,
            static (_, error) => new() { ErrorCode = error, ErrorMessage = GuardKind.MessageOf(error) }));
    }

    private void AddAcls()
    {
        Add(GuardKind.Cluster<DescribeAclsRequest, DescribeAclsResponse>(
            AclOperation.Describe,
            static (_, error) => new() { ErrorCode = error, ErrorMessage = GuardKind.MessageOf(error) }));
        Add(GuardKind.Cluster<CreateAclsRequest, CreateAclsResponse>(
            AclOperation.Alter,
            static (request, error) => new()
            {
                Results = request.Creations.ConvertAll(_ => new CreateAclsResponse.AclCreationResult
                {
                    ErrorCode = error,
                    ErrorMessage = GuardKind.MessageOf(error),
                }),
            }));
        Add(GuardKind.Cluster<DeleteAclsRequest, DeleteAclsResponse>(
            AclOperation.Alter,
            static (request, error) => new()
            {
                FilterResults = request.Filters.ConvertAll(_ => new DeleteAclsResponse.DeleteAclsFilterResult
                {
                    ErrorCode = error,
                    ErrorMessage = GuardKind.MessageOf(error),
                }),
            }));
    }

    private void AddUsers()
    {
        Add(GuardKind.Cluster<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
            AclOperation.Describe,
            static (request, error) => new()
            {
                ErrorCode = error,
                ErrorMessage = null,
                Results = [.. (request.Users ?? []).Select(_ =>
                    new DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult
                    {
                        ErrorCode = error, ErrorMessage = null,
                    })],
            }));
        Add(GuardKind.Cluster<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
            AclOperation.Alter,
            static (request, error) => new()
            {
                Results = [.. request.Deletions.Select(static deletion => deletion.Name)
                    .Concat(request.Upsertions.Select(static upsertion => upsertion.Name)).Distinct().Select(user =>
                        new AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult
                        {
                            User = user, ErrorCode = error, ErrorMessage = GuardKind.MessageOf(error),
                        })],
            }));
        Add(GuardKind.Cluster<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(
            AclOperation.DescribeConfigs,
            static (_, error) => new() { ErrorCode = error, ErrorMessage = null, Entries = null }));
        Add(GuardKind.Cluster<AlterClientQuotasRequest, AlterClientQuotasResponse>(
            AclOperation.AlterConfigs,
            static (request, error) => new()
            {
                Entries = request.Entries.ConvertAll(entry => new AlterClientQuotasResponse.EntryData
                {
                    ErrorCode = error,
                    ErrorMessage = GuardKind.MessageOf(error),
                    Entity = entry.Entity.ConvertAll(static entity => new AlterClientQuotasResponse.EntityData
                    {
                        EntityType = entity.EntityType,
                        EntityName = entity.EntityName,
                    }),
                }),
            }));
    }
}
