namespace LogFlow.Queue;

/// <summary>
/// A member's next step towards its target assignment: first it gives up what is not its own any more, then it takes
/// what others have given up. A pure function; the rules are those of Kafka's group coordinator (KIP-848).
/// <code>
///            target changed, must revoke                        nothing to wait for
///  Stable ─────────────────────────────▶ UnrevokedPartitions ─────────────────────────▶ Stable
///     │                                         │ heartbeat without the revoked ones       ▲
///     └── some partitions are not free ──▶ UnreleasedPartitions ── they became free ───────┘
/// </code>
/// </summary>
internal static class MemberReconciler
{
    /// <param name="member">The member as it stands.</param>
    /// <param name="targetEpoch">The epoch of its <see cref="ConsumerMember.Target"/>.</param>
    /// <param name="owned">What it says that it owns; null where it did not say.</param>
    /// <param name="isFree">Whether no member holds that partition.</param>
    /// <param name="isSubscribed">Which topics it still wants; null where its subscription is as before.</param>
    public static ConsumerMember Reconcile(
        ConsumerMember member,
        int targetEpoch,
        PartitionAssignment? owned,
        Func<Guid, int, bool> isFree,
        Func<Guid, bool>? isSubscribed)
    {
        switch (member.State)
        {
            case MemberState.Stable when member.MemberEpoch == targetEpoch:
                return member;
            case MemberState.UnrevokedPartitions when Owns(owned, member.PendingRevocation):
                return isSubscribed is null ? member : DropUnsubscribed(member, isSubscribed);
            default:
                return Advance(member, targetEpoch, owned, isFree);
        }
    }

    /// <summary>A member that does not say what it owns may own anything.</summary>
    private static bool Owns(PartitionAssignment? owned, PartitionAssignment revoked) =>
        !revoked.IsEmpty && (owned is null || owned.Overlaps(revoked));

    private static ConsumerMember DropUnsubscribed(ConsumerMember member, Func<Guid, bool> isSubscribed)
    {
        var kept = member.Assigned.Where((topic, _) => isSubscribed(topic));
        return ReferenceEquals(kept, member.Assigned)
            ? member
            : member with
            {
                Assigned = kept,
                PendingRevocation = member.PendingRevocation.Union(member.Assigned.Except(kept)),
            };
    }

    private static ConsumerMember Advance(
        ConsumerMember member, int targetEpoch, PartitionAssignment? owned, Func<Guid, int, bool> isFree)
    {
        var kept = member.Assigned.Intersect(member.Target);
        var revoked = member.Assigned.Except(member.Target);
        if (Owns(owned, revoked))
        {
            // The member stays in its epoch until it has given these up.
            return member with
            {
                State = MemberState.UnrevokedPartitions,
                PreviousMemberEpoch = member.MemberEpoch,
                Assigned = kept,
                PendingRevocation = revoked,
            };
        }

        var wanted = member.Target.Except(member.Assigned);
        var free = wanted.Where(isFree);
        return member with
        {
            State = free.Count == wanted.Count ? MemberState.Stable : MemberState.UnreleasedPartitions,
            PreviousMemberEpoch = member.MemberEpoch,
            MemberEpoch = targetEpoch,
            Assigned = kept.Union(free),
            PendingRevocation = PartitionAssignment.Empty,
        };
    }
}
