using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <content>Who may commit and read offsets, and what topics are read.</content>
internal sealed partial class ConsumerMembership
{
    public ErrorCode CheckCommit(in GroupCaller committer, bool knowsEpochs)
    {
        // The tools of an administrator come without a member: they may commit while the group is empty.
        if (committer.Generation < 0 && _members.Count == 0)
        {
            return ErrorCode.None;
        }

        // Members of the new protocol commit with epochs, which older versions do not know.
        return !knowsEpochs && _members.GetValueOrDefault(committer.MemberId) is { Classic: null }
            ? ErrorCode.UnsupportedVersion
            : CheckFetch(committer.MemberId, committer.Generation);
    }

    /// <summary>TxnOffsetCommit knows ILLEGAL_GENERATION instead of a stale epoch.</summary>
    public ErrorCode CheckTransactionalCommit(in GroupCaller committer)
    {
        if (committer.Generation < 0 && (committer.IsNobody || _members.Count == 0))
        {
            return ErrorCode.None;
        }

        var error = CheckFetch(committer.MemberId, committer.Generation);
        return error == ErrorCode.StaleMemberEpoch ? ErrorCode.IllegalGeneration : error;
    }

    public ErrorCode CheckFetch(string memberId, int memberEpoch) =>
        !_members.TryGetValue(memberId, out var member) ? ErrorCode.UnknownMemberId
        : member.MemberEpoch == memberEpoch ? ErrorCode.None
        : member.Classic is null ? ErrorCode.StaleMemberEpoch
        : ErrorCode.IllegalGeneration;

    public bool IsSubscribedTo(string topic) =>
        _members.Values.Any(member => _subscriptions.Matches(member, topic));
}
