using System.Collections.Concurrent;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Groups.Consumer;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Groups;

/// <summary>
/// All consumer groups of the queue: finds or makes the group that a request names, and retires old ones.
/// </summary>
internal sealed partial class GroupCoordinator : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ClassicGroup> _groups = new();
    private readonly GroupSettings _settings;
    private readonly IGroupTopics _topics;
    private readonly IGroupStore _store;
    private readonly TimeProvider _time;
    private readonly QueueMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ITimer _expiryTimer;

    public GroupCoordinator(
        GroupSettings settings,
        IGroupTopics topics,
        IGroupStore store,
        TimeProvider time,
        QueueMetrics metrics,
        ILogger logger,
        TimeSpan expiryInterval)
    {
        _settings = settings;
        _topics = topics;
        _store = store;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        Configs = new GroupConfigs(store);
        _expiryTimer = time.CreateTimer(
            static coordinator => _ = ((GroupCoordinator)coordinator!).ExpireAsync(),
            this,
            expiryInterval,
            expiryInterval);
    }

    public GroupSettings Settings => _settings;

    /// <summary>What groups have instead of the settings.</summary>
    public GroupConfigs Configs { get; }

    /// <summary>Whether what comes with an offset may be kept; Kafka <c>offset.metadata.max.bytes</c>.</summary>
    public ErrorCode CheckMetadata(string? metadata) =>
        metadata is not null && Encoding.UTF8.GetByteCount(metadata) > _settings.OffsetMetadataBytesMax
            ? ErrorCode.OffsetMetadataTooLarge
            : ErrorCode.None;

    public ICollection<ClassicGroup> Groups => _groups.Values;

    public ClassicGroup? Find(string groupId) =>
        _groups.TryGetValue(groupId, out var group) && group.State != GroupState.Dead ? group : null;

    /// <summary>Takes over a group from the store, before requests are served.</summary>
    public ClassicGroup Restore(string groupId) => GetOrCreate(groupId);

    public async ValueTask<JoinGroupResult> JoinAsync(string groupId, JoinGroupInput input)
    {
        if (groupId.Length == 0)
        {
            return JoinGroupResult.Failed(ErrorCode.InvalidGroupId, input.MemberId);
        }

        if (input.SessionTimeoutMs < _settings.MinSessionTimeoutMs
            || input.SessionTimeoutMs > _settings.MaxSessionTimeoutMs)
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
            if (result.Error != ErrorCode.CoordinatorNotAvailable || group.State != GroupState.Dead)
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

    /// <summary>Commits offsets; returns when they are durable.</summary>
    public async ValueTask<ErrorCode> CommitAsync(
        string groupId,
        string memberId,
        string? groupInstanceId,
        int generation,
        IReadOnlyList<KeyValuePair<TopicPartition, CommittedOffset>> offsets)
    {
        var error = await CommitToLivingAsync(
            groupId, generation, group => group.CommitAsync(memberId, groupInstanceId, generation, offsets));
        if (error == ErrorCode.None)
        {
            _metrics.OffsetsCommitted();
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
                Log.GroupExpired(_logger, group.GroupId);
                Forget(group);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _expiryTimer.DisposeAsync();
        foreach (var group in _groups.Values)
        {
            group.Dispose();
        }
    }

    private ClassicGroup GetOrCreate(string groupId)
    {
        while (true)
        {
            if (_groups.TryGetValue(groupId, out var existing))
            {
                if (existing.State != GroupState.Dead)
                {
                    return existing;
                }

                Forget(existing);
            }

            var created = new ClassicGroup(groupId, _settings, _store, _time, _metrics, _logger);
            if (_groups.TryAdd(groupId, created))
            {
                return created;
            }

            created.Dispose();
        }
    }

    private void Forget(ClassicGroup group)
    {
        _groups.TryRemove(new KeyValuePair<string, ClassicGroup>(group.GroupId, group));
        group.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(3121, LogLevel.Information, "Group {Group} is empty and its offsets have expired: deleted.")]
        public static partial void GroupExpired(ILogger logger, string group);
    }
}
