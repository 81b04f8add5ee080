using System.Reflection;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>Nothing is served that nobody has thought about.</summary>
public sealed class AccessTableTests
{
    /// <summary>What everybody may ask: before a login, or because it is refused to all.</summary>
    private static readonly ApiKey[] Open =
    [
        ApiKey.ApiVersions, ApiKey.SaslHandshake, ApiKey.SaslAuthenticate, ApiKey.CreateDelegationToken,
        ApiKey.RenewDelegationToken, ApiKey.ExpireDelegationToken, ApiKey.DescribeDelegationToken,
        ApiKey.ShareGroupDescribe,
    ];

    [Fact]
    public async Task EveryServedApi_HasItsLine()
    {
        await using var queue = await TestQueue.StartAsync();
        using var client = await queue.ConnectAsync();
        var versions = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new ApiVersionsRequest(), 2);

        var table = new AccessTable(null!);

        Assert.Equal(
            versions.ApiKeys.Select(static api => (ApiKey)api.ApiKey).Order(),
            table.Guards.Select(static guard => guard.Key).Order());
    }

    [Fact]
    public void EveryHandler_IsOfAnApiInTheTable()
    {
        var keys = typeof(RequestHandler).Assembly.GetTypes()
            .Where(static type => !type.IsAbstract && type.IsSubclassOf(typeof(RequestHandler)))
            .Select(static type => type.BaseType!.GetGenericArguments()[0])
            .Select(static request => (ApiKey)request
                .GetProperty("ApiKey", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!);

        var table = new AccessTable(null!);

        Assert.All(keys, key => Assert.NotNull(table.Find(key)));
    }

    [Fact]
    public void OnlyTheNamedApis_NeedNothing() => Assert.Equal(
        Open.Order(),
        new AccessTable(null!).Guards
            .Where(static guard => guard.Needs == "nothing").Select(static guard => guard.Key).Order());

    [Fact]
    public void Dispatcher_WithAHandlerThatTheTableLacks_IsNotMade()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => new AccessTable(null!).RequireAll([new StrangeHandler()]));

        Assert.Contains("served", error.Message, StringComparison.Ordinal);
    }

    private sealed class StrangeHandler : RequestHandler
    {
        public override ApiKey Key => (ApiKey)999;

        public override short MinVersion => 0;

        public override short MaxVersion => 0;

        public override Task ProcessAsync(RequestContext context) => Task.CompletedTask;
    }
}
