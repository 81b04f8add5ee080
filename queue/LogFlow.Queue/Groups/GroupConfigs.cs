using System.Collections.Concurrent;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// The configs that groups have of their own. They belong to the name: they may be set before the group is there, and
/// stay when it is deleted.
/// </summary>
internal sealed class GroupConfigs(IGroupStore store)
{
    private readonly ConcurrentDictionary<string, GroupConfig> _configs = new(StringComparer.Ordinal);

    /// <summary>The groups that have configs of their own.</summary>
    public IEnumerable<string> GroupIds => _configs.Keys;

    public GroupConfig Find(string groupId) => _configs.GetValueOrDefault(groupId) ?? GroupConfig.Empty;

    /// <summary>Takes over what the store kept, before requests are served.</summary>
    public void Restore(string groupId, IReadOnlyDictionary<string, string> overrides) =>
        _configs[groupId] = GroupConfig.Create(overrides);

    /// <summary>
    /// Replaces all configs of the group by these, which have been checked; they are durable and in force when this
    /// returns None. The caller sets one at a time.
    /// </summary>
    public async ValueTask<ErrorCode> SetAsync(string groupId, IReadOnlyDictionary<string, string> overrides)
    {
        var error = await store.SaveConfigAsync(groupId, overrides);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (overrides.Count == 0)
        {
            _configs.TryRemove(groupId, out _);
        }
        else
        {
            _configs[groupId] = GroupConfig.Create(overrides);
        }

        return ErrorCode.None;
    }
}
