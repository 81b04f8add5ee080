using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>JoinGroup: who may join, and as whom.</summary>
internal sealed partial class ClassicMembership
{
    public Task<JoinGroupResult> JoinAsync(JoinGroupInput input)
    {
        if (!HasRoomFor(input.MemberId))
        {
            return Refuse(ErrorCode.GroupMaxSizeReached, "");
        }

        if (!SupportsProtocols(input))
        {
            return Refuse(ErrorCode.InconsistentGroupProtocol, input.MemberId);
        }

        var answer = input.MemberId.Length == 0 ? JoinAsNew(input) : JoinAsKnown(input);
        Arm();
        return answer;
    }

    private static Task<JoinGroupResult> Refuse(ErrorCode error, string memberId) =>
        Task.FromResult(JoinGroupResult.Failed(error, memberId));

    private bool HasRoomFor(string memberId)
    {
        var isKnown = memberId.Length > 0
            && (_members.ContainsKey(memberId) || _pendingMembers.ContainsKey(memberId));
        return isKnown || _members.Count + _pendingMembers.Count < _settings.SizeMax;
    }

    /// <summary>A member must share the group's protocol type and at least one assignor with all others.</summary>
    private bool SupportsProtocols(JoinGroupInput input)
    {
        if (input.ProtocolType.Length == 0 || input.Protocols.Count == 0)
        {
            return false;
        }

        if (_members.Count == 0)
        {
            return true;
        }

        if (_protocolType != input.ProtocolType)
        {
            return false;
        }

        foreach (var protocol in input.Protocols)
        {
            if (IsSupportedByAll(protocol.Name))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsSupportedByAll(string protocol)
    {
        foreach (var member in _members.Values)
        {
            if (!member.Supports(protocol))
            {
                return false;
            }
        }

        return true;
    }

    private Task<JoinGroupResult> JoinAsNew(JoinGroupInput input)
    {
        var memberId = $"{input.GroupInstanceId ?? input.ClientId}-{_environment.NewMemberId()}";
        if (input.GroupInstanceId is { } instance)
        {
            return _memberIdByInstance.TryGetValue(instance, out var previousId)
                ? ReplaceStaticMember(_members[previousId], memberId, input)
                : AddMemberAndRebalance(memberId, input);
        }

        if (input.RequiresKnownMemberId)
        {
            _pendingMembers[memberId] = NowMs + input.SessionTimeoutMs;
            return Refuse(ErrorCode.MemberIdRequired, memberId);
        }

        return AddMemberAndRebalance(memberId, input);
    }

    private Task<JoinGroupResult> JoinAsKnown(JoinGroupInput input)
    {
        if (_pendingMembers.ContainsKey(input.MemberId))
        {
            return input.GroupInstanceId is null
                ? AddMemberAndRebalance(input.MemberId, input)
                : Refuse(ErrorCode.UnknownMemberId, input.MemberId);
        }

        var error = Identify(input.MemberId, input.GroupInstanceId, out var member);
        if (error != ErrorCode.None)
        {
            return Refuse(error, input.MemberId);
        }

        var isUnchanged = member!.HasProtocols(input.Protocols);
        switch (_state)
        {
            case GroupState.CompletingRebalance when isUnchanged:
            case GroupState.Stable when isUnchanged && member.MemberId != _leaderId:
                // The member missed the answer to its JoinGroup, or asks twice: the generation stays as it is.
                Touch(member);
                return Task.FromResult(CurrentGenerationFor(member));
            case GroupState.Empty:
                return Refuse(ErrorCode.UnknownMemberId, input.MemberId);
            default:
                return UpdateMemberAndRebalance(member, input);
        }
    }

    private Task<JoinGroupResult> AddMemberAndRebalance(string memberId, JoinGroupInput input)
    {
        if (_members.Count == 0)
        {
            _protocolType = input.ProtocolType;
        }

        _pendingMembers.Remove(memberId);
        var member = new ClassicMember
        {
            MemberId = memberId,
            GroupInstanceId = input.GroupInstanceId,
            ClientId = input.ClientId,
            ClientHost = input.ClientHost,
            SessionTimeoutMs = input.SessionTimeoutMs,
            RebalanceTimeoutMs = input.RebalanceTimeoutMs,
            IsNew = true,
        };
        member.SetProtocols(input.Protocols);
        AddMember(member);
        Touch(member);
        _memberAddedSinceDelay = true;
        var answer = AwaitJoin(member);
        if (_state == GroupState.PreparingRebalance)
        {
            CompleteJoinIfAllJoined();
        }
        else
        {
            PrepareRebalance($"{memberId} joins");
        }

        return answer;
    }

    private Task<JoinGroupResult> UpdateMemberAndRebalance(ClassicMember member, JoinGroupInput input)
    {
        member.SetProtocols(input.Protocols);
        member.SessionTimeoutMs = input.SessionTimeoutMs;
        member.RebalanceTimeoutMs = input.RebalanceTimeoutMs;
        member.ClientId = input.ClientId;
        member.ClientHost = input.ClientHost;
        Touch(member);
        var answer = AwaitJoin(member);
        if (_state == GroupState.PreparingRebalance)
        {
            CompleteJoinIfAllJoined();
        }
        else
        {
            PrepareRebalance(member.MemberId == _leaderId ? "the leader joins again" : "a member joins again");
        }

        return answer;
    }

    /// <summary>
    /// A restarted static member takes its predecessor's place under a new id. In a stable group nobody else notices,
    /// unless its protocols would change the group's choice.
    /// </summary>
    private Task<JoinGroupResult> ReplaceStaticMember(ClassicMember member, string memberId, JoinGroupInput input)
    {
        var previousId = member.MemberId;
        var wasLeader = previousId == _leaderId;
        Log.StaticMemberReplaced(_logger, GroupId, member.GroupInstanceId!, memberId, previousId);
        AnswerJoin(member, JoinGroupResult.Failed(ErrorCode.FencedInstanceId, previousId));
        AnswerSync(member, new SyncGroupResult(ErrorCode.FencedInstanceId));
        _members.Remove(previousId);
        member.MemberId = memberId;
        member.SetProtocols(input.Protocols);
        member.SessionTimeoutMs = input.SessionTimeoutMs;
        member.RebalanceTimeoutMs = input.RebalanceTimeoutMs;
        member.ClientId = input.ClientId;
        member.ClientHost = input.ClientHost;
        _members.Add(memberId, member);
        _memberIdByInstance[member.GroupInstanceId!] = memberId;
        _leaderId = wasLeader ? memberId : _leaderId;
        Touch(member);

        switch (_state)
        {
            case GroupState.Stable when SelectProtocol() == _protocolName:
                return StoreReplacementAsync(StaticRejoinAnswer(member, previousId, wasLeader, input), Snapshot());
            case GroupState.PreparingRebalance:
                var answer = AwaitJoin(member);
                CompleteJoinIfAllJoined();
                return answer;
            default:
                var next = AwaitJoin(member);
                PrepareRebalance("a static member came back");
                return next;
        }
    }

    private JoinGroupResult StaticRejoinAnswer(
        ClassicMember member, string previousId, bool wasLeader, JoinGroupInput input)
    {
        var answer = CurrentGenerationFor(member);
        if (!wasLeader)
        {
            return answer;
        }

        // Old clients would assign anew if they saw themselves as the leader; they are shown the fenced id instead.
        return input.SupportsSkippingAssignment
            ? answer with { SkipAssignment = true }
            : answer with { Leader = previousId, Members = [] };
    }

    private async Task<JoinGroupResult> StoreReplacementAsync(JoinGroupResult answer, GroupSnapshot snapshot)
    {
        if (await SaveAsync(snapshot) == ErrorCode.None)
        {
            return answer;
        }

        Log.StoreFailed(_logger, GroupId);
        return JoinGroupResult.Failed(ErrorCode.CoordinatorNotAvailable, answer.MemberId);
    }

    private Task<JoinGroupResult> AwaitJoin(ClassicMember member)
    {
        // A client that lost its connection may ask again; the first asker is gone, but must not wait forever.
        AnswerJoin(member, JoinGroupResult.Failed(ErrorCode.RebalanceInProgress, member.MemberId));
        AnswerSync(member, new SyncGroupResult(ErrorCode.RebalanceInProgress));
        var waiting = new TaskCompletionSource<JoinGroupResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        member.AwaitingJoin = waiting;
        return waiting.Task;
    }

    private JoinGroupResult CurrentGenerationFor(ClassicMember member) => new()
    {
        MemberId = member.MemberId,
        Generation = _generation,
        ProtocolType = _protocolType,
        ProtocolName = _protocolName,
        Leader = _leaderId ?? "",
        Members = member.MemberId == _leaderId ? MembersForLeader() : [],
    };

    private List<JoinedMember> MembersForLeader()
    {
        var members = new List<JoinedMember>(_members.Count);
        foreach (var member in _members.Values)
        {
            members.Add(new JoinedMember(
                member.MemberId, member.GroupInstanceId, member.MetadataFor(_protocolName ?? "")));
        }

        return members;
    }
}
