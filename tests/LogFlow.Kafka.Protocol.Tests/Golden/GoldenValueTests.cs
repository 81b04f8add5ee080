using System.Text;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>What stands in captured frames, field by field where it matters most.</summary>
public sealed class GoldenValueTests
{
    [Fact]
    public void ProduceV7_OfKafkaPython_HoldsItsBatches()
    {
        var (header, request, response) = Read<ProduceRequest, ProduceResponse>("00_Produce_v7");

        Assert.Equal(new RequestHeader(ApiKey.Produce, 7, header.CorrelationId, "golden-python"), header);
        Assert.Equal((null, (short)1, 30_000), (request.TransactionalId, request.Acks, request.TimeoutMs));
        var topic = Assert.Single(request.TopicData);
        Assert.Equal("golden", topic.Name);
        Assert.All(topic.PartitionData, partition => Assert.Contains("python line", Text(partition.Records)));
        var answers = Assert.Single(response.Responses).PartitionResponses;
        Assert.Equal(
            topic.PartitionData.Select(partition => partition.Index).Order(),
            answers.Select(answer => answer.Index).Order());
        Assert.All(answers, answer => Assert.Equal((ErrorCode.None, -1L), (answer.ErrorCode, answer.LogAppendTimeMs)));
    }

    [Fact]
    public void ProduceV13_OfJava_NamesTheTopicById()
    {
        var (_, request, response) = Read<ProduceRequest, ProduceResponse>("00_Produce_v13");

        var topic = Assert.Single(request.TopicData);
        Assert.NotEqual(Guid.Empty, topic.TopicId);
        Assert.Equal("", topic.Name);
        Assert.Equal(topic.TopicId, Assert.Single(response.Responses).TopicId);
        var answer = Assert.Single(response.Responses[0].PartitionResponses);
        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        Assert.Empty(response.NodeEndpoints);
        Assert.Equal(-1, answer.CurrentLeader.LeaderId);
    }

    [Fact]
    public void FetchV4_OfKafkaPython_AnswersWithRecords()
    {
        var (_, request, response) = Read<FetchRequest, FetchResponse>("01_Fetch_v4");

        Assert.Equal((-1, 500, 1), (request.ReplicaId, request.MaxWaitMs, request.MinBytes));
        Assert.Equal("golden", Assert.Single(request.Topics).Topic);
        var partitions = Assert.Single(response.Responses).Partitions;
        Assert.Contains("python line", string.Concat(partitions.Select(partition => Text(partition.Records))));
        Assert.All(partitions, partition => Assert.Equal(partition.HighWatermark, partition.LastStableOffset));
    }

    [Fact]
    public void FetchV18_OfJava_UsesTopicIdsAndASession()
    {
        var (_, request, response) = Read<FetchRequest, FetchResponse>("01_Fetch_v18");

        Assert.Equal((0, 0), (request.SessionId, request.SessionEpoch));
        Assert.Equal(-1, request.ReplicaState.ReplicaId);
        Assert.NotEqual(0, response.SessionId);
        Assert.Equal(request.Topics[0].TopicId, response.Responses[0].TopicId);
        Assert.Equal([0, 1, 2], request.Topics[0].Partitions.Select(partition => partition.Partition).Order());
        Assert.All(
            response.Responses[0].Partitions,
            partition => Assert.Equal((ErrorCode.None, -1), (partition.ErrorCode, partition.PreferredReadReplica)));
    }

    [Fact]
    public void ListOffsetsV10_OfJava_AsksForTheMaximumTimestamp()
    {
        var (_, request, response) = Read<ListOffsetsRequest, ListOffsetsResponse>("02_ListOffsets_v10");

        Assert.Equal(-1, request.ReplicaId);
        Assert.All(request.Topics[0].Partitions, partition => Assert.InRange(partition.Timestamp, -4, -1));
        Assert.All(response.Topics[0].Partitions, partition => Assert.Equal(ErrorCode.None, partition.ErrorCode));
    }

    [Fact]
    public void MetadataV0_OfKafkaPython_ListsBrokersAndTopics()
    {
        var (_, request, response) = Read<MetadataRequest, MetadataResponse>("03_Metadata_v0");

        Assert.Empty(request.Topics!);
        var broker = Assert.Single(response.Brokers);
        Assert.Equal((1, "127.0.0.1"), (broker.NodeId, broker.Host));
        Assert.Contains(response.Topics, topic => topic.Name == "golden" && topic.Partitions.Count == 3);
    }

    [Fact]
    public void MetadataV13_OfJava_HasTopicIds()
    {
        var (_, request, response) = Read<MetadataRequest, MetadataResponse>("03_Metadata_v13");

        Assert.Null(request.Topics);
        Assert.Equal("4L6g3nShT-eMCtK--X86sw", response.ClusterId);
        Assert.All(response.Topics, topic => Assert.NotEqual(Guid.Empty, topic.TopicId));
        Assert.Contains(response.Topics, topic => topic is { Name: "__consumer_offsets", IsInternal: true });
        Assert.Equal(int.MinValue, response.ClusterAuthorizedOperations);
    }

    [Fact]
    public void OffsetCommitV9_OfJava_CommitsThreePartitions()
    {
        var (_, request, response) = Read<OffsetCommitRequest, OffsetCommitResponse>("08_OffsetCommit_v9");

        Assert.Equal(("golden-group", 1), (request.GroupId, request.GenerationIdOrMemberEpoch));
        Assert.Null(request.GroupInstanceId);
        Assert.StartsWith("console-consumer-", request.MemberId, StringComparison.Ordinal);
        var partitions = Assert.Single(request.Topics).Partitions;
        Assert.Equal([0, 1, 2], partitions.Select(partition => partition.PartitionIndex).Order());
        Assert.All(partitions, partition => Assert.Equal("", partition.CommittedMetadata));
        Assert.All(response.Topics[0].Partitions, partition => Assert.Equal(ErrorCode.None, partition.ErrorCode));
    }

    [Fact]
    public void JoinGroupV9_OfJava_CarriesASubscription()
    {
        var (_, request, response) = Read<JoinGroupRequest, JoinGroupResponse>("11_JoinGroup_v9");

        Assert.Equal(("golden-group", 45_000), (request.GroupId, request.SessionTimeoutMs));
        Assert.Equal(ConsumerProtocol.ProtocolType, request.ProtocolType);
        Assert.Equal(["range", "cooperative-sticky"], request.Protocols.Select(protocol => protocol.Name));
        Assert.Equal(["golden"], ConsumerProtocol.ReadSubscription(request.Protocols[0].Metadata).Topics);
        Assert.Equal((ErrorCode.None, 1, "range"), (response.ErrorCode, response.GenerationId, response.ProtocolName));
        Assert.Equal(response.Leader, response.MemberId);
        var member = Assert.Single(response.Members);
        Assert.Equal(["golden"], ConsumerProtocol.ReadSubscription(member.Metadata).Topics);
    }

    [Fact]
    public void SyncGroupV5_OfJava_CarriesAnAssignment()
    {
        var (_, request, response) = Read<SyncGroupRequest, SyncGroupResponse>("14_SyncGroup_v5");

        Assert.Equal(("golden-group", "range"), (request.GroupId, request.ProtocolName));
        var sent = ConsumerProtocol.ReadAssignment(Assert.Single(request.Assignments).Assignment);
        var received = ConsumerProtocol.ReadAssignment(response.Assignment);
        Assert.Equal("golden", Assert.Single(sent.AssignedPartitions).Topic);
        Assert.Equal([0, 1, 2], received.AssignedPartitions[0].Partitions);
    }

    [Fact]
    public void ApiVersionsV3_OfLibrdkafka_ReadsRangesAndFeatures()
    {
        var (header, request, response) = Read<ApiVersionsRequest, ApiVersionsResponse>("18_ApiVersions_v3");

        Assert.Equal("rdkafka", header.ClientId);
        Assert.Equal(("librdkafka", "2.0.2"), (request.ClientSoftwareName, request.ClientSoftwareVersion));
        Assert.Contains(response.ApiKeys, api => api is { ApiKey: 0, MinVersion: 0, MaxVersion: 13 });
        Assert.Contains(response.FinalizedFeatures, feature => feature.Name == "group.version");
        Assert.Contains(response.SupportedFeatures, feature => feature.Name == "metadata.version");
    }

    [Fact]
    public void CreateTopicsV7_OfJava_CarriesConfigs()
    {
        var (_, request, response) = Read<CreateTopicsRequest, CreateTopicsResponse>("19_CreateTopics_v7");

        Assert.False(request.ValidateOnly);
        Assert.StartsWith("golden", Assert.Single(request.Topics).Name, StringComparison.Ordinal);
        var created = Assert.Single(response.Topics);
        Assert.Equal((ErrorCode.None, request.Topics[0].Name), (created.ErrorCode, created.Name));
        Assert.NotEqual(Guid.Empty, created.TopicId);
        Assert.Contains(created.Configs!, config => config is { Name: "max.message.bytes", IsSensitive: false });
    }

    [Fact]
    public void InitProducerIdV4_OfLibrdkafka_HasNoTransactionalId()
    {
        var (_, request, response) = Read<InitProducerIdRequest, InitProducerIdResponse>("22_InitProducerId_v4");

        Assert.Null(request.TransactionalId);
        Assert.Equal((-1L, (short)-1), (request.ProducerId, request.ProducerEpoch));
        Assert.Equal((ErrorCode.None, (short)0), (response.ErrorCode, response.ProducerEpoch));
    }

    [Fact]
    public void TxnOffsetCommitV5_OfJava_KeepsItsMetadata()
    {
        var (_, request, _) = Read<TxnOffsetCommitRequest, TxnOffsetCommitResponse>("28_TxnOffsetCommit_v5");

        Assert.Equal(("golden-txn", "golden-copier"), (request.TransactionalId, request.GroupId));
        var partition = Assert.Single(Assert.Single(request.Topics).Partitions);
        Assert.Equal((0, 1L), (partition.PartitionIndex, partition.CommittedOffset));
        Assert.Equal("note", partition.CommittedMetadata);
    }

    [Fact]
    public void SaslAuthenticateV0_OfLibrdkafka_CarriesPlainCredentials()
    {
        var (_, request, response) = Read<SaslAuthenticateRequest, SaslAuthenticateResponse>("36_SaslAuthenticate_v0");

        Assert.Equal("\0admin\0secret", Encoding.UTF8.GetString(request.AuthBytes.Span));
        Assert.Equal((ErrorCode.None, ""), (response.ErrorCode, response.ErrorMessage));
    }

    [Fact]
    public void ConsumerGroupHeartbeatV1_OfJava_IsTheNewGroupProtocol()
    {
        var (_, request, response) =
            Read<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse>("68_ConsumerGroupHeartbeat_v1");

        Assert.Equal("golden-next-group", request.GroupId);
        Assert.Equal((ErrorCode.None, request.MemberId), (response.ErrorCode, response.MemberId));
    }

    private static (RequestHeader Header, TRequest Request, TResponse Response) Read<TRequest, TResponse>(string name)
    {
        var golden = GoldenFile.Find(name);
        var (header, request) = Frames.ReadRequest(golden.Request)!.Value;
        var (_, response) = Frames.ReadResponse(golden.Response, header);
        return (header, Assert.IsType<TRequest>(request), Assert.IsType<TResponse>(response));
    }

    private static string Text(ReadOnlyMemory<byte>? records) =>
        Encoding.Latin1.GetString(records.GetValueOrDefault().Span);
}
