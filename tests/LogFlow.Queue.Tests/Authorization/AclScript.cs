using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>One user's questions to a broker, again and again under other ACLs; what it answered.</summary>
/// <param name="adminPort">A listener whose clients are super users.</param>
/// <param name="saslPort">One that wants PLAIN, without TLS.</param>
internal sealed partial class AclScript(int adminPort, int saslPort)
{
    public const string User = "alice";
    public const string Password = "alice-secret";

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly List<string> _answers = [];
    private readonly Dictionary<string, Guid> _topicIds = [];
    private string _step = "";

    /// <summary>The ACLs of each step.</summary>
    private static (string Name, AclBinding[] Acls)[] Steps { get; } =
    [
        ("nothing", []),
        ("reader", [Allow(AclOperation.Read, Topic, "t"), Allow(AclOperation.Read, AclResourceType.Group, "g")]),
        ("writer",
        [
            Allow(AclOperation.Write, Topic, "t", AclPatternType.Prefixed),
            Allow(AclOperation.Write, AclResourceType.TransactionalId, "x"),
            Allow(AclOperation.Create, Topic, "new", AclPatternType.Prefixed),
        ]),
        ("describer",
        [
            Allow(AclOperation.Describe, Topic, "*"),
            Allow(AclOperation.Describe, AclResourceType.Group, "*"),
            Allow(AclOperation.Describe, AclResourceType.Cluster, AclBinding.ClusterName),
            Deny(AclOperation.Describe, Topic, "u"),
        ]),
        ("operator",
        [
            .. new[]
            {
                AclOperation.Alter, AclOperation.Create, AclOperation.DescribeConfigs, AclOperation.IdempotentWrite,
                AclOperation.ClusterAction,
            }.Select(static operation => Allow(operation, AclResourceType.Cluster, AclBinding.ClusterName)),
            Allow(AclOperation.DescribeConfigs, Topic, "t"),
        ]),
        ("owner",
        [
            Allow(AclOperation.All, Topic, "*"),
            Allow(AclOperation.All, AclResourceType.Group, "*"),
            Allow(AclOperation.All, AclResourceType.TransactionalId, "*"),
            Deny(AclOperation.All, Topic, "u") with { Host = "10.9.8.7" },
        ]),
        ("stranger", [Deny(AclOperation.All, Topic, "t", AclPatternType.Prefixed) with { Principal = "User:bob" }]),
    ];

    private static AclResourceType Topic => AclResourceType.Topic;

    public async Task<List<string>> RunAsync()
    {
        using var admin = await RawClient.ConnectAsync(adminPort);
        await PrepareAsync(admin);
        foreach (var (name, acls) in Steps)
        {
            _step = name;
            await SetAclsAsync(admin, acls);
            await AskRecordsAsync();
            await AskTopicsAsync();
            await AskGroupsAsync();
            await AskOffsetsAsync();
            await AskTransactionsAsync();
            await AskConfigsAsync();
            await AskClusterAsync();
        }

        await AskAboutAclsAsync(admin);
        return _answers;
    }

    private static AclBinding Allow(
        AclOperation operation, AclResourceType type, string name,
        AclPatternType pattern = AclPatternType.Literal) =>
        new(type, pattern, name, "User:" + User, "*", operation, AclPermission.Allow);

    private static AclBinding Deny(
        AclOperation operation, AclResourceType type, string name,
        AclPatternType pattern = AclPatternType.Literal) =>
        Allow(operation, type, name, pattern) with { Permission = AclPermission.Deny };

    private async Task PrepareAsync(RawClient admin)
    {
        await admin.CreateTopicAsync("t");
        await admin.CreateTopicAsync("u");
        foreach (var topic in new[] { "t", "u" })
        {
            await Eventually.TrueAsync(
                async () => (await admin.ProduceOneAsync(topic, Some.Batch())).ErrorCode == ErrorCode.None,
                $"topic {topic}");
        }

        foreach (var topic in (await admin.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataRequest { Topics = null }, 12)).Topics)
        {
            _topicIds[topic.Name!] = topic.TopicId;
        }

        // A real Kafka makes its internal topics when somebody asks for their leaders.
        foreach (var (type, key) in new (sbyte, string)[] { (0, "g"), (1, "y") })
        {
            await Eventually.TrueAsync(
                async () => (await admin.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
                    new FindCoordinatorRequest { KeyType = type, Key = key }, 3)).ErrorCode == ErrorCode.None,
                $"the coordinator of {key}");
        }

        await Eventually.TrueAsync(
            async () => (await admin.AskAsync<InitProducerIdRequest, InitProducerIdResponse>(
                new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 1000 }, 4)).ErrorCode
                == ErrorCode.None,
            "producer ids");

        // The group, with offsets in both topics.
        await Eventually.TrueAsync(
            async () => (await admin.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(Commit("g", "t", "u"), 8))
                .Topics.All(static topic => topic.Partitions[0].ErrorCode == ErrorCode.None),
            "offsets of g");
    }

    /// <summary>Exactly these are in force when it returns.</summary>
    private static async Task SetAclsAsync(RawClient admin, AclBinding[] acls)
    {
        await admin.AskAsync<DeleteAclsRequest, DeleteAclsResponse>(
            Delete(AnyAcl()), 3);
        var created = await admin.AskAsync<CreateAclsRequest, CreateAclsResponse>(
            new CreateAclsRequest { Creations = [.. acls.Select(Create)] }, 3);
        Assert.All(created.Results, static result => Assert.Equal(ErrorCode.None, result.ErrorCode));
        await Eventually.TrueAsync(
            async () => (await admin.AskAsync<DescribeAclsRequest, DescribeAclsResponse>(AnyAcl(), 3))
                .Resources.Sum(static resource => resource.Acls.Count) == acls.Length,
            "the ACLs in force");
    }

    public static CreateAclsRequest.AclCreation Create(AclBinding acl) => new()
    {
        ResourceType = (sbyte)acl.ResourceType,
        ResourceName = acl.ResourceName,
        ResourcePatternType = (sbyte)acl.PatternType,
        Principal = acl.Principal,
        Host = acl.Host,
        Operation = (sbyte)acl.Operation,
        PermissionType = (sbyte)acl.Permission,
    };

    public static DescribeAclsRequest AnyAcl() => new()
    {
        ResourceTypeFilter = 1,
        ResourceNameFilter = null,
        PatternTypeFilter = 1,
        PrincipalFilter = null,
        HostFilter = null,
        Operation = 1,
        PermissionType = 1,
    };

    public static DeleteAclsRequest Delete(params DescribeAclsRequest[] filters) => new()
    {
        Filters = [.. filters.Select(static filter => new DeleteAclsRequest.DeleteAclsFilter
        {
            ResourceTypeFilter = filter.ResourceTypeFilter,
            ResourceNameFilter = filter.ResourceNameFilter,
            PatternTypeFilter = filter.PatternTypeFilter,
            PrincipalFilter = filter.PrincipalFilter,
            HostFilter = filter.HostFilter,
            Operation = filter.Operation,
            PermissionType = filter.PermissionType,
        })],
    };

    private static OffsetCommitRequest Commit(string group, params string[] topics) => new()
    {
        GroupId = group,
        Topics = [.. topics.Select(static topic => new OffsetCommitRequest.OffsetCommitRequestTopic
        {
            Name = topic, Partitions = [new() { CommittedOffset = 1 }],
        })],
    };

    private async Task AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        var question = Own().Replace(
            $"{_step}: {TRequest.ApiKey} v{version} {JsonSerializer.Serialize(request, Json)}", "\"$1\":\"...\"");
        try
        {
            // A connection of its own: some answers end it.
            using var client = await RawClient.LogInAsync(saslPort, User, Password);
            _answers.Add($"{question} -> {Text(await client.AskAsync<TRequest, TResponse>(request, version))}");
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            _answers.Add($"{question} -> closed");
        }
    }

    /// <summary>
    /// The order of an answer's lists is nobody's business, Kafka's internal topics are its own; ports, ids, folders
    /// and times are each broker's own. Where Kafka quotes the whole request as it sees it, the queue says what that
    /// means.
    /// </summary>
    private static string Text<TResponse>(TResponse response) => Own().Replace(
        QuotedRequest().Replace(
            Sorted(JsonSerializer.SerializeToNode(response, Json)!).ToJsonString(), "Cluster authorization failed."),
        "\"$1\":\"...\"");

    private static JsonNode Sorted(JsonNode node)
    {
        switch (node)
        {
            case JsonArray array:
                return new JsonArray([.. array.Where(static item => !IsInternal(item))
                    .Select(static item => item is null ? null : Sorted(item))
                    .OrderBy(
                        static item => Own().Replace(item?.ToJsonString() ?? "", "\"$1\":\"...\""),
                        StringComparer.Ordinal)]);
            case JsonObject fields:
                return new JsonObject(fields.Select(static field => KeyValuePair.Create(
                    field.Key, field.Value is null ? null : Sorted(field.Value))));
            default:
                return node.DeepClone();
        }
    }

    private static bool IsInternal(JsonNode? item) => item is JsonObject fields
        && (fields["Name"] ?? fields["ResourceName"])?.GetValue<string>().StartsWith("__", StringComparison.Ordinal)
            == true;

    [GeneratedRegex("\"(Port|TopicId|ReplicaDirectoryId|LeaderEpoch|MemberId|ProducerId|ClusterId|LogDir|TotalBytes"
        + "|UsableBytes|PartitionSize|BaseOffset|HighWatermark|LastStableOffset|LastTimestamp|Offset|Records"
        + "|CommittedLeaderEpoch)\":(?:\"[^\"]*\"|-?[0-9]+)")]
    private static partial Regex Own();

    [GeneratedRegex("Request Request\\(.*?(is not authorized|needs [A-Z_]+ permission)\\.")]
    private static partial Regex QuotedRequest();
}
