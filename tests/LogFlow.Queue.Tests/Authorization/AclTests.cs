using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>ACLs in a running queue: in force, durable, and said when they are in somebody's way.</summary>
public sealed class AclTests
{
    private const string Alice = "alice";
    private const string Password = "alice-secret";

    [Fact]
    public async Task Client_MayDoWhatAnAclAllows_AndNothingElse()
    {
        await using var queue = await StartAsync();
        using var admin = await queue.ConnectAsync();
        await admin.CreateTopicAsync("logs");
        await AddAsync(admin, Acl(AclOperation.Write, "lo", AclPatternType.Prefixed));
        using var alice = await LogInAsync(queue);

        Assert.Equal(ErrorCode.None, (await alice.ProduceOneAsync("logs", Some.Batch())).ErrorCode);
        Assert.Equal(
            ErrorCode.TopicAuthorizationFailed, (await alice.FetchOneAsync("logs", 0)).ErrorCode);
        Assert.Contains(queue.Warnings, static warning => warning.StartsWith(
            "User:alice from 127.0.0.1 may not Read the Topic 'logs': no ACL allows it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ARefusal_IsCounted()
    {
        await using var queue = await StartAsync();
        using var measured = queue.Measure();
        using var alice = await LogInAsync(queue);

        await alice.ProduceOneAsync("logs", Some.Batch());

        Assert.Equal(
            ["1 operation=Write resource=Topic"], measured.Of("logflow.queue.authorization.failures"));
    }

    [Fact]
    public async Task UnansweredProduce_ThatMayNotBe_EndsTheConnection()
    {
        await using var queue = await StartAsync();
        using var alice = await LogInAsync(queue);

        await alice.SendAsync<ProduceRequest, ProduceResponse>(Some.Produce("logs", 0, Some.Batch(), acks: 0), 9);

        Assert.True(await alice.IsClosedAsync());
    }

    [Fact]
    public async Task RevokedAcl_IsObeyedByConnectionsThatAreOpen()
    {
        await using var queue = await StartAsync();
        using var admin = await queue.ConnectAsync();
        await admin.CreateTopicAsync("logs");
        await AddAsync(admin, Acl(AclOperation.All, "logs"));
        using var alice = await LogInAsync(queue);
        Assert.Equal(ErrorCode.None, (await alice.ProduceOneAsync("logs", Some.Batch())).ErrorCode);

        await AddAsync(admin, Acl(AclOperation.Write, "logs") with { Permission = AclPermission.Deny });

        Assert.Equal(
            ErrorCode.TopicAuthorizationFailed, (await alice.ProduceOneAsync("logs", Some.Batch())).ErrorCode);
    }

    [Theory]
    [InlineData(true, ErrorCode.None)]
    [InlineData(false, ErrorCode.TopicAuthorizationFailed)]
    public async Task ResourceWithoutAcls_IsEverybodysWhereTheConfigurationSaysSo(bool allows, ErrorCode expected)
    {
        await using var queue = await StartAsync(config => config.AllowEveryoneIfNoAclFound = allows);
        using var admin = await queue.ConnectAsync();
        await admin.CreateTopicAsync("logs");
        await admin.CreateTopicAsync("taken");
        await AddAsync(admin, Acl(AclOperation.Read, "taken") with { Principal = "User:bob" });
        using var alice = await LogInAsync(queue);

        Assert.Equal(expected, (await alice.ProduceOneAsync("logs", Some.Batch())).ErrorCode);
        Assert.Equal(
            ErrorCode.TopicAuthorizationFailed, (await alice.ProduceOneAsync("taken", Some.Batch())).ErrorCode);
    }

    [Fact]
    public async Task HiddenTopics_LeaveNoHoleInPages()
    {
        await using var queue = await StartAsync();
        using var admin = await queue.ConnectAsync();
        foreach (var topic in new[] { "a", "b", "c" })
        {
            await admin.CreateTopicAsync(topic, 2);
        }

        await AddAsync(admin, Acl(AclOperation.Describe, "c"));
        using var alice = await LogInAsync(queue);

        var page = await alice.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
            new DescribeTopicPartitionsRequest { ResponsePartitionLimit = 1 }, 0);

        Assert.Equal("c", Assert.Single(page.Topics).Name);
        Assert.Equal("c", page.NextCursor!.TopicName);
    }

    [Fact]
    public async Task Restart_KeepsAclsAndSaysWhenTheyAreNotInForce()
    {
        using var directory = new TempDirectory();
        await using (var queue = await StartAsync(directory))
        {
            using var admin = await queue.ConnectAsync();
            await AddAsync(admin, Acl(AclOperation.Read, "logs"), Acl(AclOperation.Write, "logs"));
            await admin.AskAsync<DeleteAclsRequest, DeleteAclsResponse>(
                AclScript.Delete(AclScript.Filter(operation: (sbyte)AclOperation.Write)), 3);
        }

        await using (var queue = await StartAsync(directory))
        {
            using var admin = await queue.ConnectAsync();
            Assert.Equal([AclOperation.Read], await OperationsAsync(admin));
        }

        await using var open = await TestQueue.StartAsync(directory);
        Assert.Contains(open.Warnings, static warning => warning.StartsWith(
            "1 ACLs are kept and not in force", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Kill_KeepsEveryAclThatWasAnswered()
    {
        using var directory = new TempDirectory();
        await using var queue = await QueueProcess.StartAsync(
            directory.Path,
            $"authorizer.class.name={QueueConfig.StandardAuthorizer}", "super.users=User:ANONYMOUS");
        using (var admin = await RawClient.ConnectAsync(queue.Port))
        {
            await AddAsync(admin, Acl(AclOperation.Read, "logs"));
            await AddAsync(admin, Acl(AclOperation.Alter, "logs"));
        }

        await queue.KillAsync();
        await queue.StartAgainAsync();

        using var again = await RawClient.ConnectAsync(queue.Port);
        Assert.Equal([AclOperation.Read, AclOperation.Alter], await OperationsAsync(again));
    }

    [Fact]
    public async Task AuthorizerWithNobodyToMakeAnAcl_IsSaidAtTheStart()
    {
        await using var queue = await StartAsync(static config => config.SuperUsers = "");

        Assert.Contains(queue.Warnings, static warning => warning.StartsWith(
            "Nobody may do anything", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kafka.security.authorizer.AclAuthorizer", "", "authorizer.class.name")]
    [InlineData(QueueConfig.StandardAuthorizer, "admin", "super.users")]
    public void Configuration_ThatCannotBeObeyed_IsRefused(string authorizer, string superUsers, string key)
    {
        var config = TestQueue.Config("/nowhere");
        (config.AuthorizerClassName, config.SuperUsers) = (authorizer, superUsers);

        Assert.Equal(key, Assert.Single(config.Validate()).Key);
    }

    [Fact]
    public async Task Acl_OfAnythingWhatever_IsRefused()
    {
        await using var queue = await StartAsync();
        using var admin = await queue.ConnectAsync();
        var good = Acl(AclOperation.Read, "logs");

        var answer = await admin.AskAsync<CreateAclsRequest, CreateAclsResponse>(
            new CreateAclsRequest
            {
                Creations = [.. new[]
                {
                    good with { PatternType = AclPatternType.Any }, good with { PatternType = AclPatternType.Match },
                    good with { ResourceType = AclResourceType.Any }, good with { Operation = AclOperation.Any },
                    good with { Permission = AclPermission.Any },
                }.Select(AclScript.Create)],
            },
            3);

        Assert.Equal(
            [
                "Invalid patternType ANY", "Invalid patternType MATCH", "Invalid resourceType ANY",
                "Invalid operation ANY", "Invalid permissionType ANY",
            ],
            answer.Results.Select(static result => result.ErrorMessage));
        Assert.All(answer.Results, static result => Assert.Equal(ErrorCode.InvalidRequest, result.ErrorCode));
    }

    [RequiresFact(Requirement.Kafka)]
    public async Task KafkaAcls_AddsListsAndRemoves()
    {
        await using var queue = await StartAsync();
        using var admin = await queue.ConnectAsync();
        await admin.CreateTopicAsync("logs");

        await KafkaTool.RunAsync(
            queue, "acls", "--add", "--allow-principal", "User:alice", "--producer", "--topic", "logs");
        await KafkaTool.RunAsync(
            queue, "acls", "--add", "--allow-principal", "User:alice", "--consumer", "--topic", "lo", "--group", "g",
            "--resource-pattern-type", "prefixed");
        var listed = await KafkaTool.RunAsync(queue, "acls", "--list");

        Assert.Contains("resourceType=TOPIC, name=logs, patternType=LITERAL", listed, StringComparison.Ordinal);
        Assert.Contains("resourceType=TOPIC, name=lo, patternType=PREFIXED", listed, StringComparison.Ordinal);
        using (var alice = await LogInAsync(queue))
        {
            Assert.Equal(ErrorCode.None, (await alice.ProduceOneAsync("logs", Some.Batch())).ErrorCode);
            Assert.Equal(ErrorCode.None, (await alice.FetchOneAsync("logs", 0)).ErrorCode);
        }

        await KafkaTool.RunAsync(
            queue, "acls", "--remove", "--force", "--topic", "logs", "--resource-pattern-type", "match");
        Assert.All(
            (await DescribeAsync(admin)).Resources,
            static resource => Assert.Equal((sbyte)AclResourceType.Group, resource.ResourceType));
    }

    private static AclBinding Acl(
        AclOperation operation, string topic, AclPatternType pattern = AclPatternType.Literal) =>
        AclSetTests.Acl(operation, name: topic, pattern: pattern);

    private static Task<TestQueue> StartAsync(Action<QueueConfig>? configure = null) =>
        TestQueue.StartAsync(config => Configure(config, configure));

    private static Task<TestQueue> StartAsync(TempDirectory directory) =>
        TestQueue.StartAsync(directory, static config => Configure(config, null));

    private static void Configure(QueueConfig config, Action<QueueConfig>? configure)
    {
        config.Listeners = ["PLAINTEXT://127.0.0.1:0", "SASL_PLAINTEXT://127.0.0.1:0"];
        config.SaslEnabledMechanisms = ["PLAIN"];
        config.SaslInitialUsers = [$"{Alice}:{Password}"];
        config.AuthorizerClassName = QueueConfig.StandardAuthorizer;
        config.SuperUsers = "User:ANONYMOUS";
        configure?.Invoke(config);
    }

    private static Task<RawClient> LogInAsync(TestQueue queue) =>
        RawClient.LogInAsync(queue.Service.PortOf("SASL_PLAINTEXT"), Alice, Password);

    private static async Task AddAsync(RawClient admin, params AclBinding[] acls)
    {
        var answer = await admin.AskAsync<CreateAclsRequest, CreateAclsResponse>(
            new CreateAclsRequest { Creations = [.. acls.Select(AclScript.Create)] }, 3);
        Assert.All(answer.Results, static result => Assert.Equal(ErrorCode.None, result.ErrorCode));
    }

    private static Task<DescribeAclsResponse> DescribeAsync(RawClient admin) =>
        admin.AskAsync<DescribeAclsRequest, DescribeAclsResponse>(AclScript.AnyAcl(), 3);

    private static async Task<AclOperation[]> OperationsAsync(RawClient admin) =>
        [.. (await DescribeAsync(admin)).Resources.SelectMany(static resource => resource.Acls)
            .Select(static acl => (AclOperation)acl.Operation).Order()];
}
