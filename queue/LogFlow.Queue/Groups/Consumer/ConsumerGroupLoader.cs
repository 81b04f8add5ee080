namespace LogFlow.Queue;

/// <summary>
/// Puts the groups of the new protocol together from the entries of the state log. Members without a group are left
/// over from one that was deleted, and dropped.
/// </summary>
internal sealed class ConsumerGroupLoader
{
    private readonly Dictionary<string, ConsumerGroupSnapshot> _groups = [];
    private readonly Dictionary<string, List<ConsumerMember>> _members = [];
    private readonly HashSet<string> _dropped = [];

    /// <summary>False: the entry is of another kind.</summary>
    public bool TryTake(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (!ConsumerGroupCodec.TryReadKey(key, out var groupId, out var memberId))
        {
            return false;
        }

        if (memberId is null)
        {
            _groups[groupId] = ConsumerGroupCodec.DecodeGroup(value);
            return true;
        }

        if (!_members.TryGetValue(groupId, out var members))
        {
            _members[groupId] = members = [];
        }

        members.Add(ConsumerGroupCodec.DecodeMember(memberId, value));
        return true;
    }

    /// <summary>A classic group of that name was stored later: a group of the new protocol removes it.</summary>
    public void Drop(string groupId) => _dropped.Add(groupId);

    public void Restore(GroupCoordinator coordinator)
    {
        foreach (var (groupId, group) in _groups)
        {
            if (!_dropped.Contains(groupId))
            {
                coordinator.Restore(groupId).Restore(
                    group with { Members = _members.GetValueOrDefault(groupId) ?? [] });
            }
        }
    }
}
