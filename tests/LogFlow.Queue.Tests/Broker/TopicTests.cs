using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

public sealed class TopicTests : IAsyncLifetime
{
    private TestQueue _queue = null!;
    private RawClient _client = null!;

    public async Task InitializeAsync()
    {
        _queue = await TestQueue.StartAsync(config => config.NumPartitions = 3);
        _client = await _queue.ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _queue.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(13)]
    public async Task Metadata_EveryEncoding_NamesThisNode(short version)
    {
        await _client.CreateTopicAsync("a", 2);
        var response = await MetadataAsync(new MetadataRequest { Topics = version == 0 ? [] : null }, version);

        var broker = Assert.Single(response.Brokers);
        Assert.Equal(("127.0.0.1", _queue.Service.Port), (broker.Host, broker.Port));
        var topic = Assert.Single(response.Topics);
        Assert.Equal(("a", 2), (topic.Name, topic.Partitions.Count));
        Assert.All(topic.Partitions, partition => Assert.Equal(broker.NodeId, partition.LeaderId));
        Assert.Equal(version >= 10, topic.TopicId != Guid.Empty);
        if (version >= 2)
        {
            Assert.Equal(22, response.ClusterId!.Length);
        }
    }

    [Fact]
    public async Task Metadata_UnknownTopic_IsMadeWhereAllowed()
    {
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await AskForAsync("auto", mayCreate: false)).ErrorCode);
        var made = await AskForAsync("auto", mayCreate: true);
        Assert.Equal((ErrorCode.None, 3), (made.ErrorCode, made.Partitions.Count));
        Assert.Equal(made.TopicId, (await AskForAsync("auto", mayCreate: false)).TopicId);
        Assert.Equal(ErrorCode.InvalidTopicException, (await AskForAsync("in valid", mayCreate: true)).ErrorCode);
        Assert.Empty((await MetadataAsync(new MetadataRequest { Topics = [] }, 4)).Topics);
    }

    [Fact]
    public async Task Metadata_ById_FindsTheTopicOrSaysUnknown()
    {
        var made = await AskForAsync("auto", mayCreate: true);
        var response = await MetadataAsync(
            new MetadataRequest
            {
                Topics =
                [
                    new MetadataRequest.MetadataRequestTopic { Name = null, TopicId = made.TopicId },
                    new MetadataRequest.MetadataRequestTopic { Name = null, TopicId = Guid.NewGuid() },
                ],
            },
            12);
        Assert.Equal("auto", response.Topics[0].Name);
        Assert.Equal(ErrorCode.UnknownTopicId, response.Topics[1].ErrorCode);
    }

    [Fact]
    public async Task CreateTopics_Refusals_NameTheReason()
    {
        await _client.CreateTopicAsync("there");
        await AssertRefusedAsync(Some.CreateTopics("there"), ErrorCode.TopicAlreadyExists);
        await AssertRefusedAsync(Some.CreateTopics("a/b"), ErrorCode.InvalidTopicException);
        await AssertRefusedAsync(Some.CreateTopics("x", 0), ErrorCode.InvalidPartitions);
        await AssertRefusedAsync(Some.CreateTopics("x", -2), ErrorCode.InvalidPartitions);
        await AssertRefusedAsync(Some.CreateTopics("x", replicas: 0), ErrorCode.InvalidReplicationFactor);
        await AssertRefusedAsync(Some.CreateTopics("x", configs: [("no.such", "1")]), ErrorCode.InvalidConfig);
        await AssertRefusedAsync(Some.CreateTopics("x", configs: [("retention.ms", "soon")]), ErrorCode.InvalidConfig);
        await AssertRefusedAsync(
            Some.CreateTopics("x", configs: [("cleanup.policy", "burn")]), ErrorCode.InvalidConfig);
        var twice = Some.CreateTopics("x");
        twice.Topics.AddRange(Some.CreateTopics("x").Topics);
        await AssertRefusedAsync(twice, ErrorCode.InvalidRequest);
    }

    [Fact]
    public async Task CreateTopics_DefaultsValidateOnlyAndClampedReplicas_AreTaken()
    {
        var checkedOnly = Some.CreateTopics("x", -1, replicas: -1);
        checkedOnly.ValidateOnly = true;
        var response = await CreateAsync(checkedOnly);
        Assert.Equal((ErrorCode.None, 3), (response.ErrorCode, response.NumPartitions));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await AskForAsync("x", mayCreate: false)).ErrorCode);

        response = await CreateAsync(Some.CreateTopics("x", 2, replicas: 3));
        Assert.Equal((ErrorCode.None, (short)1), (response.ErrorCode, response.ReplicationFactor));
        Assert.NotEqual(Guid.Empty, response.TopicId);
        Assert.Equal("604800000", response.Configs!.Single(config => config.Name == "retention.ms").Value);
    }

    [Fact]
    public async Task CreateTopics_ReplicasNotClamped_AreRefused()
    {
        await using var strict = await TestQueue.StartAsync(config => config.ReplicationFactorClampEnable = false);
        using var client = await strict.ConnectAsync();
        var response = await client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            Some.CreateTopics("x", replicas: 3), 5);
        Assert.Equal(ErrorCode.InvalidReplicationFactor, response.Topics[0].ErrorCode);
    }

    [Fact]
    public async Task DeleteTopics_AndAgain_GivesANewId()
    {
        var before = await AskForAsync("t", mayCreate: true);
        await _client.ProduceOneAsync("t", Some.Batch());
        var deleted = await _client.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new DeleteTopicsRequest { Topics = [new() { TopicId = before.TopicId }] }, 6);
        Assert.Equal((ErrorCode.None, "t"), (deleted.Responses[0].ErrorCode, deleted.Responses[0].Name));
        deleted = await _client.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new DeleteTopicsRequest { TopicNames = ["t"] }, 3);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, deleted.Responses[0].ErrorCode);

        var after = await AskForAsync("t", mayCreate: true);
        Assert.NotEqual(before.TopicId, after.TopicId);
        Assert.Equal(0, (await _client.FetchOneAsync("t", 0)).HighWatermark);
    }

    [Fact]
    public async Task CreatePartitions_OnlyUpwards()
    {
        await _client.CreateTopicAsync("t", 2);
        Assert.Equal(ErrorCode.InvalidPartitions, await RaiseAsync(2));
        Assert.Equal(ErrorCode.InvalidPartitions, await RaiseAsync(1));
        Assert.Equal(ErrorCode.None, await RaiseAsync(5));
        Assert.Equal(5, (await AskForAsync("t", mayCreate: false)).Partitions.Count);
        var produced = await _client.ProduceAsync("t", 4, Some.Batch());
        Assert.Equal(ErrorCode.None, produced.Responses[0].PartitionResponses[0].ErrorCode);
    }

    [Fact]
    public async Task IncrementalAlterConfigs_TakesEffectAndIsDescribed()
    {
        await _client.CreateTopicAsync("t");
        Assert.Equal(ErrorCode.None, await AlterAsync("max.message.bytes", 0, "200"));
        Assert.Equal(ErrorCode.MessageTooLarge, (await _client.ProduceOneAsync("t", Some.Batch(100))).ErrorCode);
        Assert.Equal(("200", 1), await DescribeAsync("max.message.bytes"));
        Assert.Equal(ErrorCode.None, await AlterAsync("max.message.bytes", 1, null));
        Assert.Equal(ErrorCode.None, (await _client.ProduceOneAsync("t", Some.Batch(100))).ErrorCode);
        Assert.Equal(("1048588", 5), await DescribeAsync("max.message.bytes"));

        Assert.Equal(ErrorCode.None, await AlterAsync("cleanup.policy", 2, "compact"));
        Assert.Equal(("delete,compact", 1), await DescribeAsync("cleanup.policy"));
        Assert.Equal(ErrorCode.None, await AlterAsync("cleanup.policy", 3, "delete"));
        Assert.Equal(("compact", 1), await DescribeAsync("cleanup.policy"));

        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync("retention.ms", 2, "5"));
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync("retention.ms", 0, "x"));
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync("no.such", 0, "x"));
    }

    private async Task<MetadataResponse> MetadataAsync(MetadataRequest request, short version) =>
        await _client.AskAsync<MetadataRequest, MetadataResponse>(request, version);

    private async Task<MetadataResponse.MetadataResponseTopic> AskForAsync(string topic, bool mayCreate)
    {
        var request = new MetadataRequest
        {
            Topics = [new MetadataRequest.MetadataRequestTopic { Name = topic }],
            AllowAutoTopicCreation = mayCreate,
        };
        return Assert.Single((await MetadataAsync(request, 12)).Topics);
    }

    private async Task<CreateTopicsResponse.CreatableTopicResult> CreateAsync(CreateTopicsRequest request) =>
        (await _client.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(request, 7)).Topics[0];

    private async Task AssertRefusedAsync(CreateTopicsRequest request, ErrorCode error)
    {
        var result = await CreateAsync(request);
        Assert.Equal(error, result.ErrorCode);
        Assert.False(string.IsNullOrEmpty(result.ErrorMessage));
    }

    private async Task<ErrorCode> RaiseAsync(int count)
    {
        var response = await _client.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
            new CreatePartitionsRequest
            {
                Topics = [new() { Name = "t", Count = count, Assignments = null }],
            },
            3);
        return response.Results[0].ErrorCode;
    }

    private async Task<ErrorCode> AlterAsync(string name, sbyte operation, string? value)
    {
        var response = await _client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest
            {
                Resources =
                [
                    new IncrementalAlterConfigsRequest.AlterConfigsResource
                    {
                        ResourceType = 2,
                        ResourceName = "t",
                        Configs =
                        [
                            new IncrementalAlterConfigsRequest.AlterableConfig
                            {
                                Name = name, ConfigOperation = operation, Value = value,
                            },
                        ],
                    },
                ],
            },
            1);
        return response.Responses[0].ErrorCode;
    }

    private async Task<(string? Value, int Source)> DescribeAsync(string name)
    {
        var response = await _client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsRequest
            {
                Resources =
                [
                    new DescribeConfigsRequest.DescribeConfigsResource
                    {
                        ResourceType = 2, ResourceName = "t", ConfigurationKeys = [name],
                    },
                ],
            },
            4);
        var config = Assert.Single(response.Results[0].Configs);
        return (config.Value, config.ConfigSource);
    }
}
