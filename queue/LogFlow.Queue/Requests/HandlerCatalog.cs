using LogFlow.Platform;

namespace LogFlow.Queue;

/// <summary>Every API that the queue speaks, in the order of the keys.</summary>
internal static class HandlerCatalog
{
    /// <summary>Records of all Fetch answers together that are being sent.</summary>
    private const long FetchBytesMax = 128 << 20;

    public static IReadOnlyList<RequestHandler> Create(
        TopicCatalog topics,
        GroupCoordinator coordinator,
        ProducerIdAllocator producerIds,
        TransactionCoordinator transactions,
        ConfigCatalog configs,
        ConfigEditor configEditor,
        NodeIdentity node,
        UserStore users,
        AclStore? acls,
        QueueMetrics metrics,
        TimeProvider time)
    {
        var handlers = new List<RequestHandler>
        {
            new ProduceHandler(topics, transactions, metrics),
            new FetchHandler(topics, new ByteBudget(FetchBytesMax), metrics, time),
            new ListOffsetsHandler(topics),
            new MetadataHandler(topics, node),
            new OffsetCommitHandler(coordinator, topics, time),
            new OffsetFetchHandler(coordinator),
            new FindCoordinatorHandler(node),
            new JoinGroupHandler(coordinator),
            new HeartbeatHandler(coordinator),
            new LeaveGroupHandler(coordinator),
            new SyncGroupHandler(coordinator),
            new DescribeGroupsHandler(coordinator),
            new ListGroupsHandler(coordinator),
            new CreateTopicsHandler(topics, configs, node),
            new DeleteTopicsHandler(topics, coordinator, metrics),
            new DeleteRecordsHandler(topics),
            new InitProducerIdHandler(producerIds, transactions),
            new OffsetForLeaderEpochHandler(topics),
            new AddPartitionsToTxnHandler(transactions, topics),
            new AddOffsetsToTxnHandler(transactions),
            new EndTxnHandler(transactions),
            new WriteTxnMarkersHandler(topics),
            new TxnOffsetCommitHandler(transactions, coordinator, topics, time),
            new DescribeConfigsHandler(topics, coordinator.Configs, configs, node),
            new AlterConfigsHandler(configEditor),
            new DescribeLogDirsHandler(topics),
            new CreatePartitionsHandler(topics, node),
            new DeleteGroupsHandler(coordinator),
            new IncrementalAlterConfigsHandler(configEditor),
            new OffsetDeleteHandler(coordinator, topics),
            new DescribeClusterHandler(node),
            new DescribeProducersHandler(topics),
            new DescribeTransactionsHandler(transactions),
            new ListTransactionsHandler(transactions, time),
            new ConsumerGroupHeartbeatHandler(coordinator),
            new ConsumerGroupDescribeHandler(coordinator, topics),
            new ListConfigResourcesHandler(topics, coordinator.Configs, node),
            new DescribeTopicPartitionsHandler(topics, node),
        };
        handlers.Add(new DescribeUserScramCredentialsHandler(users));
        handlers.Add(new AlterUserScramCredentialsHandler(users));
        handlers.Add(new DescribeAclsHandler(acls));
        handlers.Add(new CreateAclsHandler(acls));
        handlers.Add(new DeleteAclsHandler(acls));
        AddAnswersOfOneUnsecuredNode(handlers, topics, node, time);
        handlers.Add(new ApiVersionsHandler(handlers));
        handlers.Sort((left, right) => left.Key.CompareTo(right.Key));
        return handlers;
    }

    /// <summary>What is asked of clusters with security, quotas or several nodes: consoles want an answer.</summary>
    private static void AddAnswersOfOneUnsecuredNode(
        List<RequestHandler> handlers, TopicCatalog topics, NodeIdentity node, TimeProvider time) => handlers.AddRange(
    [
        new SaslHandshakeHandler(),
        new SaslAuthenticateHandler(),
        new AlterReplicaLogDirsHandler(topics),
        new CreateDelegationTokenHandler(),
        new RenewDelegationTokenHandler(),
        new ExpireDelegationTokenHandler(),
        new DescribeDelegationTokenHandler(),
        new ElectLeadersHandler(topics),
        new AlterPartitionReassignmentsHandler(topics, node),
        new ListPartitionReassignmentsHandler(),
        new DescribeClientQuotasHandler(),
        new AlterClientQuotasHandler(),
        new DescribeQuorumHandler(node, time),
        new UpdateFeaturesHandler(node),
        new UnregisterBrokerHandler(node),
        new ShareGroupDescribeHandler(),
    ]);
}
