using System.Collections.Concurrent;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>Which broker coordinates which consumer group.</summary>
internal sealed class CoordinatorCache(KafkaClient client)
{
    private const sbyte GroupKeyType = 0;

    private readonly ConcurrentDictionary<string, BrokerEndpoint> _byGroup = new();

    public void Invalidate(string groupId) => _byGroup.TryRemove(groupId, out _);

    /// <exception cref="KafkaException">The broker refuses to tell (not authorised, invalid group id).</exception>
    public async ValueTask<BrokerEndpoint> GetAsync(string groupId, CancellationToken cancellationToken)
    {
        if (_byGroup.TryGetValue(groupId, out var known))
        {
            return known;
        }

        var response = await client.SendUntilAnsweredAsync<FindCoordinatorRequest, FindCoordinatorResponse>(
            BrokerTarget.Any,
            // Up to version 3 one key, from version 4 on a list: only what the version knows is written.
            _ => new FindCoordinatorRequest { Key = groupId, KeyType = GroupKeyType, CoordinatorKeys = [groupId] },
            static response => Verdict(response),
            cancellationToken);
        var error = Verdict(response);
        if (error != ErrorCode.None)
        {
            throw new KafkaException(error, $"The coordinator of group '{groupId}' cannot be found: {error}.");
        }

        var found = response.Coordinators is [var first, ..]
            ? new BrokerEndpoint(first.Host, first.Port)
            : new BrokerEndpoint(response.Host, response.Port);
        _byGroup[groupId] = found;
        return found;
    }

    private static ErrorCode Verdict(FindCoordinatorResponse response) =>
        response.Coordinators is [var first, ..] ? first.ErrorCode : response.ErrorCode;
}
