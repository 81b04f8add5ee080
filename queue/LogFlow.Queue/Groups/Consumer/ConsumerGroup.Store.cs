using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Groups.Consumer;

/// <summary>
/// What is not durable yet. Each write carries all of it, so that a success means: the disk has the group as it was in
/// memory at that moment, whatever happened to writes before. An answer is given only then.
/// </summary>
internal sealed partial class ConsumerGroup
{
    /// <summary>The change that made each member dirty last, by member id; the member may be gone.</summary>
    private readonly Dictionary<string, long> _dirtyMembers = [];
    private long _dirtyGroup;
    private long _changeCount;

    private void MarkDirty(string memberId) => _dirtyMembers[memberId] = ++_changeCount;

    private void MarkGroupDirty() => _dirtyGroup = ++_changeCount;

    /// <summary>Hands what is dirty to the store, in the order of the changes; upTo 0: nothing is.</summary>
    private ValueTask<ErrorCode> Save(out long upTo)
    {
        if (_dirtyGroup == 0 && _dirtyMembers.Count == 0)
        {
            upTo = 0;
            return ValueTask.FromResult(ErrorCode.None);
        }

        upTo = _changeCount;
        var members = new List<KeyValuePair<string, ConsumerGroupMember?>>(_dirtyMembers.Count);
        foreach (var memberId in _dirtyMembers.Keys)
        {
            members.Add(new(memberId, _members.GetValueOrDefault(memberId)));
        }

        return _store.SaveConsumerGroupAsync(new ConsumerGroupChange
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
        });
    }

    private async Task SaveEndAsync()
    {
        var change = new ConsumerGroupChange
        {
            GroupId = GroupId,
            IsDeleted = true,
            Members = [.. _dirtyMembers.Keys.Select(id => KeyValuePair.Create<string, ConsumerGroupMember?>(id, null))],
        };
        if (await _store.SaveConsumerGroupAsync(change) != ErrorCode.None)
        {
            Log.StoreFailed(_logger, GroupId);
        }
    }

    private async Task<bool> FinishSaveAsync(ValueTask<ErrorCode> saving, long upTo)
    {
        if (await saving != ErrorCode.None)
        {
            Log.StoreFailed(_logger, GroupId);
            return false;
        }

        lock (_lock)
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
}
