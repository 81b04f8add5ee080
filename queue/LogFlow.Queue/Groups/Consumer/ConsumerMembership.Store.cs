using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// What is not durable yet. Each write carries all of it, so that a success means: the disk has the group as it was in
/// memory at that moment, whatever happened to writes before. An answer is given only then.
/// </summary>
internal sealed partial class ConsumerMembership
{
    /// <summary>The change that made each member dirty last, by member id; the member may be gone.</summary>
    private readonly Dictionary<string, long> _dirtyMembers = [];
    private long _dirtyGroup;
    private long _changeCount;

    private void MarkDirty(string memberId) => _dirtyMembers[memberId] = ++_changeCount;

    private void MarkGroupDirty() => _dirtyGroup = ++_changeCount;

    /// <summary>
    /// Hands what is dirty to the store, in the order of the changes. Called under the lock; false: the disk refused,
    /// and what was to be stored is still dirty.
    /// </summary>
    private async ValueTask<bool> SaveAsync()
    {
        if (_successor is { } classic)
        {
            return await classic.StoreTakenOverAsync();
        }

        if (_dirtyGroup == 0 && _dirtyMembers.Count == 0)
        {
            return true;
        }

        var upTo = _changeCount;
        if (await _environment.Store.SaveConsumerGroupAsync(DescribeChange()) != ErrorCode.None)
        {
            Log.StoreFailed(_logger, GroupId);
            return false;
        }

        lock (_group.Lock)
        {
            _dirtyGroup = _dirtyGroup <= upTo ? 0 : _dirtyGroup;
            foreach (var (memberId, change) in _dirtyMembers)
            {
                if (change <= upTo)
                {
                    _dirtyMembers.Remove(memberId);
                }
            }
        }

        return true;
    }

    private ConsumerGroupChange DescribeChange()
    {
        var members = new List<KeyValuePair<string, ConsumerMember?>>(_dirtyMembers.Count);
        foreach (var memberId in _dirtyMembers.Keys)
        {
            members.Add(new(memberId, _members.GetValueOrDefault(memberId)));
        }

        return new ConsumerGroupChange
        {
            GroupId = GroupId,
            Group = _dirtyGroup == 0
                ? null
                : new ConsumerGroupSnapshot
                {
                    GroupEpoch = _groupEpoch,
                    AssignmentEpoch = _assignmentEpoch,
                    TopicsHash = _topicsHash,
                    ChangedMs = _changedMs,
                },
            Members = members,
        };
    }

    /// <summary>What the disk has to forget when the group goes on by the classic protocol.</summary>
    private ConsumerGroupChange DescribeEnd() => new()
    {
        GroupId = GroupId,
        IsDeleted = true,
        Members = [.. StoredMemberIds.Select(id => KeyValuePair.Create<string, ConsumerMember?>(id, null))],
    };
}
