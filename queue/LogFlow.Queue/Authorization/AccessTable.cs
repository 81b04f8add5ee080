using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// What each API needs, and how it answers without: every API that the queue serves has its line here, and a queue
/// with one that has none does not start.
/// </summary>
internal sealed partial class AccessTable
{
    private readonly TopicCatalog _topics;
    private readonly Dictionary<ApiKey, ApiGuard> _guards = [];

    public AccessTable(TopicCatalog topics)
    {
        _topics = topics;
        AddOpen();
        AddTopics();
        AddGroups();
        AddTransactions();
        AddConfigs();
        AddCluster();
    }

    /// <summary>Every line.</summary>
    public IReadOnlyCollection<ApiGuard> Guards => _guards.Values;

    public ApiGuard? Find(ApiKey key) => _guards.GetValueOrDefault(key);

    /// <exception cref="InvalidOperationException">A handler's API is not in the table.</exception>
    public void RequireAll(IEnumerable<RequestHandler> handlers)
    {
        if (handlers.FirstOrDefault(handler => !_guards.ContainsKey(handler.Key)) is { } forgotten)
        {
            throw new InvalidOperationException($"{forgotten.Key} is served, and the table of access does not have it");
        }
    }

    private void Add(ApiGuard guard) => _guards.Add(guard.Key, guard);

    /// <summary>What comes before anybody has said who they are, or is refused to everybody.</summary>
    private void AddOpen()
    {
        Add(GuardKind.Open<ApiVersionsRequest, ApiVersionsResponse>());
        Add(GuardKind.Open<SaslHandshakeRequest, SaslHandshakeResponse>());
        Add(GuardKind.Open<SaslAuthenticateRequest, SaslAuthenticateResponse>());
        Add(GuardKind.Open<ShareGroupDescribeRequest, ShareGroupDescribeResponse>());
        Add(GuardKind.Open<CreateDelegationTokenRequest, CreateDelegationTokenResponse>());
        Add(GuardKind.Open<RenewDelegationTokenRequest, RenewDelegationTokenResponse>());
        Add(GuardKind.Open<ExpireDelegationTokenRequest, ExpireDelegationTokenResponse>());
        Add(GuardKind.Open<DescribeDelegationTokenRequest, DescribeDelegationTokenResponse>());
    }

    /// <summary>The topic's name: as the request says it, or by its id; null where the id is nobody's.</summary>
    private string? NameOf(bool hasId, Guid id, string? name) => hasId ? _topics.Logs.FindTopic(id)?.Name : name;
}
