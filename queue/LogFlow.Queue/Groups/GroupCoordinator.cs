using System.Collections.Concurrent;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue;

/// <summary>
/// All consumer groups of the queue: finds or makes the group that a request names, and retires old ones.
/// </summary>
internal sealed partial class GroupCoordinator : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Group> _groups = new();
    private readonly GroupEnvironment _environment;
    private readonly BackgroundWork _work = new();
    private readonly ITimer _expiryTimer;

    public GroupCoordinator(
        GroupSettings settings,
        IGroupTopics topics,
        IGroupStore store,
        TimeProvider time,
        QueueMetrics metrics,
        ILogger logger,
        TimeSpan expiryInterval,
        Func<string>? newMemberId = null)
    {
        _environment = new GroupEnvironment(
            settings, new GroupConfigs(store), topics, store, time, metrics, logger, _work);
        if (newMemberId is not null)
        {
            _environment = _environment with { NewMemberId = newMemberId };
        }

        _expiryTimer = time.CreateTimer(
            _ => _work.StartHere("expiry of groups", _ => ExpireAsync()), null, expiryInterval, expiryInterval);
    }

    /// <summary>Faulted where work in the background fails: timers, writes that nobody waits for.</summary>
    public Task Completion => _work.Completion;

    public GroupSettings Settings => _environment.Settings;

    /// <summary>What groups have instead of the settings.</summary>
    public GroupConfigs Configs => _environment.Configs;

    /// <summary>Whether what comes with an offset may be kept; Kafka <c>offset.metadata.max.bytes</c>.</summary>
    public ErrorCode CheckMetadata(string? metadata) =>
        metadata is not null && Encoding.UTF8.GetByteCount(metadata) > Settings.OffsetMetadataBytesMax
            ? ErrorCode.OffsetMetadataTooLarge
            : ErrorCode.None;

    public ICollection<Group> Groups => _groups.Values;

    public Group? Find(string groupId) =>
        _groups.TryGetValue(groupId, out var group) && !group.IsDead ? group : null;

    /// <summary>Takes over a group from the store, before requests are served.</summary>
    public Group Restore(string groupId) => GetOrCreate(groupId);

    public async ValueTask<JoinGroupResult> JoinAsync(string groupId, JoinGroupInput input)
    {
        if (groupId.Length == 0)
        {
            return JoinGroupResult.Failed(ErrorCode.InvalidGroupId, input.MemberId);
        }

        if (input.SessionTimeoutMs < Settings.MinSessionTimeoutMs
            || input.SessionTimeoutMs > Settings.MaxSessionTimeoutMs)
        {
            return JoinGroupResult.Failed(ErrorCode.InvalidSessionTimeout, input.MemberId);
        }

        while (true)
        {
            var group = Find(groupId);
            if (group is null)
            {
                if (input.MemberId.Length > 0)
                {
                    return JoinGroupResult.Failed(ErrorCode.UnknownMemberId, input.MemberId);
                }

                group = GetOrCreate(groupId);
            }

            var result = await group.JoinAsync(input);
            if (result.Error != ErrorCode.CoordinatorNotAvailable || !group.IsDead)
            {
                return result;
            }

            // The group was deleted between the look-up and the call: a new one takes its name.
        }
    }

    public async ValueTask<SyncGroupResult> SyncAsync(string groupId, SyncGroupInput input)
    {
        if (groupId.Length == 0)
        {
            return new SyncGroupResult(ErrorCode.InvalidGroupId);
        }

        return Find(groupId) is { } group
            ? await group.SyncAsync(input)
            : new SyncGroupResult(ErrorCode.UnknownMemberId);
    }

    public ErrorCode Heartbeat(string groupId, string memberId, string? groupInstanceId, int generation)
    {
        if (groupId.Length == 0)
        {
            return ErrorCode.InvalidGroupId;
        }

        return Find(groupId)?.Heartbeat(memberId, groupInstanceId, generation) ?? ErrorCode.UnknownMemberId;
    }

    /// <summary>Members leave, or an operator removes them; one answer for each, in their order.</summary>
    public ValueTask<LeaveGroupResult[]> LeaveAsync(string groupId, IReadOnlyList<LeavingMember> members) =>
        Find(groupId)?.LeaveAsync(members)
            ?? new([.. members.Select(member => new LeaveGroupResult(ErrorCode.UnknownMemberId, member.MemberId))]);

    /// <summary>Commits offsets; returns when they are durable.</summary>
    public async ValueTask<ErrorCode> CommitAsync(
        string groupId,
        string memberId,
        string? groupInstanceId,
        int generation,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets,
        bool knowsEpochs = true)
    {
        var committer = new GroupCaller(memberId, groupInstanceId, generation);
        var error = await CommitToLivingAsync(
            groupId, generation, group => group.CommitAsync(committer, offsets, knowsEpochs));
        if (error == ErrorCode.None)
        {
            _environment.Metrics.OffsetsCommitted();
        }

        return error;
    }

    /// <summary>Deletes a group without members, and its offsets.</summary>
    public async ValueTask<ErrorCode> DeleteAsync(string groupId)
    {
        if (groupId.Length == 0)
        {
            return ErrorCode.InvalidGroupId;
        }

        if (Find(groupId) is not { } group)
        {
            return ErrorCode.GroupIdNotFound;
        }

        var error = await group.DeleteAsync();
        if (error == ErrorCode.None)
        {
            Forget(group);
        }

        return error;
    }

    /// <summary>A deleted topic's offsets mean nothing to a later topic of the same name.</summary>
    public async ValueTask ForgetTopicAsync(string topic)
    {
        foreach (var group in _groups.Values)
        {
            await group.ForgetPendingOffsetsAsync(topic);
            _ = await group.ForgetOffsetsAsync((partition, _) => partition.Topic == topic);
        }
    }

    /// <summary>Drops offsets past their retention and groups with nothing left; called by a timer.</summary>
    public async Task ExpireAsync()
    {
        foreach (var group in _groups.Values)
        {
            if (await group.ExpireOffsetsAsync() && await group.DeleteAsync() == ErrorCode.None)
            {
                Log.GroupExpired(_environment.Logger, group.GroupId);
                Forget(group);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _expiryTimer.DisposeAsync();
        await _work.DisposeAsync();
        foreach (var group in _groups.Values)
        {
            group.Dispose();
        }
    }

    private Group GetOrCreate(string groupId)
    {
        while (true)
        {
            if (_groups.TryGetValue(groupId, out var existing))
            {
                if (!existing.IsDead)
                {
                    return existing;
                }

                Forget(existing);
            }

            var created = new Group(groupId, _environment);
            if (_groups.TryAdd(groupId, created))
            {
                return created;
            }

            created.Dispose();
        }
    }

    private void Forget(Group group)
    {
        _groups.TryRemove(new KeyValuePair<string, Group>(group.GroupId, group));
        group.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(3121, LogLevel.Information, "Group {Group} is empty and its offsets have expired: deleted.")]
        public static partial void GroupExpired(ILogger logger, string group);
    }
}
