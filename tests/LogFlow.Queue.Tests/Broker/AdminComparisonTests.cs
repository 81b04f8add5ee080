using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>
/// What consoles and tools ask of any cluster, of security, quotas and replicas too: one unsecured node answers as an
/// unsecured Kafka of one node does.
/// </summary>
public sealed partial class AdminComparisonTests(ITestOutputHelper output)
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    [RequiresFact(Requirement.Kafka)]
    public async Task Questions_QueueAndRealKafka_AnswerAlike()
    {
        using var directory = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaAsync(directory.Path);
        await using var queue = await TestQueue.StartAsync();
        var theirs = await AskAllAsync(kafka.Port);
        var ours = await AskAllAsync(queue.Service.Port);
        Transcripts.AssertAlike(theirs, ours, output);
    }

    private static async Task<List<string>> AskAllAsync(int port)
    {
        using var client = await RawClient.ConnectAsync(port);
        await client.CreateTopicAsync("t", 3);
        await client.CreateTopicAsync("u", 2);
        await Eventually.TrueAsync(
            async () => (await client.AskAsync<MetadataRequest, MetadataResponse>(
                new MetadataRequest
                {
                    Topics =
                    [
                        new MetadataRequest.MetadataRequestTopic { Name = "t" },
                        new MetadataRequest.MetadataRequestTopic { Name = "u" },
                    ],
                },
                12)).Topics.All(topic => topic.ErrorCode == ErrorCode.None),
            "both topics");
        var folder = (await client.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(
            new DescribeLogDirsRequest { Topics = null }, 4)).Results[0].LogDir;
        var transcript = new List<string>();
        await AskSecurityAsync(port, transcript);
        await AskUsersAsync(port, transcript);
        await AskReplicasAsync(port, transcript, folder);
        await AskQuotasAsync(port, transcript);
        await AskTopicPartitionsAsync(port, transcript);
        return transcript;
    }

    private static async Task AskSecurityAsync(int port, List<string> transcript)
    {
        foreach (var version in new short[] { 1, 3 })
        {
            await AskAsync<DescribeAclsRequest, DescribeAclsResponse>(
                port, transcript, AclScript.AnyAcl(), version);
            await AskAsync<CreateAclsRequest, CreateAclsResponse>(port, transcript, new CreateAclsRequest(), version);
            await AskAsync<CreateAclsRequest, CreateAclsResponse>(
                port,
                transcript,
                new CreateAclsRequest
                {
                    Creations =
                    [
                        new CreateAclsRequest.AclCreation
                        {
                            ResourceType = 2, ResourceName = "t", Principal = "User:a", Host = "*", Operation = 3,
                            PermissionType = 3,
                        },
                    ],
                },
                version);
            await AskAsync<DeleteAclsRequest, DeleteAclsResponse>(
                port,
                transcript,
                new DeleteAclsRequest
                {
                    Filters =
                    [
                        new DeleteAclsRequest.DeleteAclsFilter
                        {
                            ResourceTypeFilter = 2, ResourceNameFilter = null, PrincipalFilter = null,
                            HostFilter = null, Operation = 1, PermissionType = 1,
                        },
                    ],
                },
                version);
            await AskAsync<DescribeDelegationTokenRequest, DescribeDelegationTokenResponse>(
                port, transcript, new DescribeDelegationTokenRequest { Owners = null }, version);
            await AskAsync<CreateDelegationTokenRequest, CreateDelegationTokenResponse>(
                port, transcript, new CreateDelegationTokenRequest { MaxLifetimeMs = 1000 }, version);
        }
    }

    private static async Task AskUsersAsync(int port, List<string> transcript)
    {
        await AskAsync<RenewDelegationTokenRequest, RenewDelegationTokenResponse>(
            port, transcript, new RenewDelegationTokenRequest { Hmac = new byte[] { 1 } }, 2);
        await AskAsync<ExpireDelegationTokenRequest, ExpireDelegationTokenResponse>(
            port, transcript, new ExpireDelegationTokenRequest { Hmac = new byte[] { 1 } }, 2);
        await AskAsync<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
            port, transcript, new DescribeUserScramCredentialsRequest { Users = null }, 0);
        await AskAsync<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
            port,
            transcript,
            new DescribeUserScramCredentialsRequest
            {
                Users = [new DescribeUserScramCredentialsRequest.UserName { Name = "a" }],
            },
            0);
        await AskAsync<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
            port,
            transcript,
            new AlterUserScramCredentialsRequest
            {
                Deletions =
                    [new AlterUserScramCredentialsRequest.ScramCredentialDeletion { Name = "a", Mechanism = 1 }],
            },
            0);
        await AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(
            port, transcript, new SaslHandshakeRequest { Mechanism = "PLAIN" }, 1);
        await AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(
            port, transcript, new SaslAuthenticateRequest { AuthBytes = new byte[] { 1 } }, 2);
    }

    private static async Task AskReplicasAsync(int port, List<string> transcript, string folder)
    {
        foreach (var version in new short[] { 0, 2 })
        {
            await AskAsync<ElectLeadersRequest, ElectLeadersResponse>(
                port, transcript, new ElectLeadersRequest { TopicPartitions = null }, version, InOrder);
            await AskAsync<ElectLeadersRequest, ElectLeadersResponse>(
                port,
                transcript,
                new ElectLeadersRequest
                {
                    TopicPartitions =
                    [
                        new ElectLeadersRequest.TopicPartitionsData { Topic = "t", Partitions = [0, 7] },
                        new ElectLeadersRequest.TopicPartitionsData { Topic = "nowhere", Partitions = [0] },
                    ],
                },
                version);
        }

        await AskReassignmentsAsync(port, transcript);
        await AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
            port, transcript, new ListPartitionReassignmentsRequest { Topics = null }, 0);
        foreach (var path in new[] { folder, "/nowhere" })
        {
            await AskAsync<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>(
                port,
                transcript,
                new AlterReplicaLogDirsRequest
                {
                    Dirs =
                    [
                        new AlterReplicaLogDirsRequest.AlterReplicaLogDir
                        {
                            Path = path,
                            Topics =
                            [
                                new AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic
                                {
                                    Name = "t", Partitions = [0, 7],
                                },
                            ],
                        },
                    ],
                },
                2);
        }

        await AskAsync<UnregisterBrokerRequest, UnregisterBrokerResponse>(
            port, transcript, new UnregisterBrokerRequest { BrokerId = 77 }, 0);
        await AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(
            port, transcript, Quorum("__cluster_metadata", 0), 2);
        await AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(port, transcript, Quorum("t", 0), 2);
    }

    private static async Task AskReassignmentsAsync(int port, List<string> transcript)
    {
        foreach (var replicas in new List<int>?[] { null, [1], [39], [] })
        {
            await AskAsync<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse>(
                port,
                transcript,
                new AlterPartitionReassignmentsRequest
                {
                    Topics =
                    [
                        new AlterPartitionReassignmentsRequest.ReassignableTopic
                        {
                            Name = "t",
                            Partitions =
                            [
                                new AlterPartitionReassignmentsRequest.ReassignablePartition
                                {
                                    PartitionIndex = 0, Replicas = replicas,
                                },
                                new AlterPartitionReassignmentsRequest.ReassignablePartition
                                {
                                    PartitionIndex = 9, Replicas = replicas,
                                },
                            ],
                        },
                        new AlterPartitionReassignmentsRequest.ReassignableTopic
                        {
                            Name = "nowhere",
                            Partitions =
                            [
                                new AlterPartitionReassignmentsRequest.ReassignablePartition { Replicas = replicas },
                            ],
                        },
                    ],
                },
                1);
        }
    }

    private static void InOrder(ElectLeadersResponse response) => response.ReplicaElectionResults.Sort(
        (left, right) => string.CompareOrdinal(left.Topic, right.Topic));

    private static DescribeQuorumRequest Quorum(string topic, int partition) => new()
    {
        Topics =
        [
            new DescribeQuorumRequest.TopicData
            {
                TopicName = topic,
                Partitions = [new DescribeQuorumRequest.PartitionData { PartitionIndex = partition }],
            },
        ],
    };

    private static async Task AskQuotasAsync(int port, List<string> transcript)
    {
        await AskAsync<DescribeClientQuotasRequest, DescribeClientQuotasResponse>(
            port, transcript, new DescribeClientQuotasRequest(), 1);
        await AskAsync<AlterClientQuotasRequest, AlterClientQuotasResponse>(
            port, transcript, new AlterClientQuotasRequest(), 1);
        foreach (var version in new short[] { 0, 1, 2 })
        {
            foreach (var (feature, level) in new[] { ("transaction.version", 2), ("no.such", 1) })
            {
                await AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(
                    port,
                    transcript,
                    new UpdateFeaturesRequest
                    {
                        ValidateOnly = version > 0,
                        FeatureUpdates =
                        [
                            new UpdateFeaturesRequest.FeatureUpdateKey
                            {
                                Feature = feature, MaxVersionLevel = (short)level,
                            },
                        ],
                    },
                    version);
            }
        }

        await AskAsync<ShareGroupDescribeRequest, ShareGroupDescribeResponse>(
            port, transcript, new ShareGroupDescribeRequest { GroupIds = ["g"] }, 1);
    }

    private static async Task AskTopicPartitionsAsync(int port, List<string> transcript)
    {
        foreach (var (topics, limit, cursor) in new (string[] Topics, int Limit, (string Topic, int Index)? Cursor)[]
            {
                (["u", "t"], 2000, null), (["u", "t"], 2, null), (["u", "t"], 3, null), (["u", "t"], 1, ("t", 2)),
                (["u", "t"], 10, ("t", 1)), (["u", "t"], 10, ("u", 1)), (["nowhere", "t"], 2, null),
                (["bad name", "u"], 5, null), (["t"], 5, ("t", 9)), ([], 4, null), (["t"], 0, null),
            })
        {
            await AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
                port,
                transcript,
                new DescribeTopicPartitionsRequest
                {
                    Topics = [.. topics.Select(
                        topic => new DescribeTopicPartitionsRequest.TopicRequest { Name = topic })],
                    ResponsePartitionLimit = limit,
                    Cursor = cursor is null
                        ? null
                        : new DescribeTopicPartitionsRequest.CursorData
                        {
                            TopicName = cursor.Value.Topic,
                            PartitionIndex = cursor.Value.Index,
                        },
                },
                0);
        }
    }

    private static async Task AskAsync<TRequest, TResponse>(
        int port, List<string> transcript, TRequest request, short version, Action<TResponse>? tidy = null)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        var question = $"{TRequest.ApiKey} v{version} {Text(request!)}";
        try
        {
            // A connection of its own: some answers end it.
            using var client = await RawClient.ConnectAsync(port);
            var response = await client.AskAsync<TRequest, TResponse>(request, version);
            tidy?.Invoke(response);
            transcript.Add($"{question} -> {Text(response!)}");
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            transcript.Add($"{question} -> closed");
        }
    }

    /// <summary>Folders, ports, ids, epochs and times are each broker's own.</summary>
    private static string Text(object message) => Own().Replace(
        Folder().Replace(JsonSerializer.Serialize(message, message.GetType(), Json), "\"Path\":\"...\""),
        "\"$1\":\"...\"");

    [GeneratedRegex("\"(Port|TopicId|ReplicaDirectoryId|LeaderEpoch|HighWatermark|LogEndOffset|LastFetchTimestamp"
        + "|LastCaughtUpTimestamp|TopicAuthorizedOperations)\":(?:\"[^\"]*\"|-?[0-9]+)")]
    private static partial Regex Own();

    [GeneratedRegex("\"Path\":\"/(?!nowhere)[^\"]*\"")]
    private static partial Regex Folder();
}
