using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// A classic group with members as one of the new protocol (KIP-848, "online upgrade"): every member stays, with its
/// partitions, its generation as epoch, and its own protocol. A pure function; the rules and messages are Kafka's.
/// <para>One rule is not. A rebalance that begins while another is under way makes the group forget all assignments,
/// but cooperative members go on with what they have. Kafka takes them for members without partitions then, and gives
/// those to others at once: two own them. Here a member also keeps what it said that it owns when it joined, as far as
/// nobody else has been given it.</para>
/// </summary>
internal static class GroupUpgrade
{
    /// <summary>The group by the new protocol; null: it has to stay as it is.</summary>
    /// <param name="classic">The group; not empty.</param>
    /// <param name="settings">What is allowed.</param>
    /// <param name="topics">The topics that exist.</param>
    /// <param name="problem">Why, where null is returned.</param>
    public static ConsumerGroupSnapshot? TryConvert(
        GroupSnapshot classic, ConsumerGroupSettings settings, IGroupTopics topics, out string problem)
    {
        var reason =
            (settings.MigrationPolicy & MigrationPolicy.Upgrade) == 0 ? "online upgrade is disabled"
            : classic.ProtocolType != ClassicMembership.ConsumerProtocolType
                ? "the group does not use the consumer embedded protocol"
            : classic.Members.Count > settings.SizeMax ? "the group size exceeds the consumer group maximum size"
            : null;
        var members = new List<(ConsumerMember Member, PartitionAssignment Owned)>(classic.Members.Count);
        for (var i = 0; i < classic.Members.Count && reason is null; i++)
        {
            reason = Convert(classic, classic.Members[i], topics, members);
        }

        problem = $"Cannot upgrade classic group {classic.GroupId} to consumer group because {reason}.";
        return reason is not null
            ? null
            : new ConsumerGroupSnapshot
            {
                GroupEpoch = classic.Generation,
                AssignmentEpoch = classic.Generation,
                ChangedMs = classic.StateChangedMs,
                Members = KeepOwned(members),
            };
    }

    private static string? Convert(
        GroupSnapshot group,
        MemberSnapshot member,
        IGroupTopics topics,
        List<(ConsumerMember Member, PartitionAssignment Owned)> members)
    {
        try
        {
            var assigned = ClassicAssignments.Read(member.Assignment, topics, out var hasUserData);
            if (hasUserData)
            {
                return "an unsupported custom assignor is in use. Please refer to the documentation or switch to a "
                    + "default assignor before re-attempting the upgrade";
            }

            // A group that has not agreed on a protocol yet has one from each member all the same.
            var protocol = group.ProtocolName ?? member.Protocols[0].Name;
            var subscription = ConsumerProtocol.ReadSubscription(member.MetadataFor(protocol));
            var converted = new ConsumerMember
            {
                MemberId = member.MemberId,
                InstanceId = member.GroupInstanceId,
                RackId = subscription.RackId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                RebalanceTimeoutMs = member.RebalanceTimeoutMs,
                SubscribedTopics = [.. new SortedSet<string>(subscription.Topics, StringComparer.Ordinal)],
                MemberEpoch = group.Generation,
                PreviousMemberEpoch = group.Generation,
                Assigned = assigned,
                Target = assigned,
                Classic = new ClassicMemberMetadata(member.SessionTimeoutMs, member.Protocols),
            };
            members.Add((converted, ClassicAssignments.Owned(subscription, topics)));
            return null;
        }
        catch (ProtocolViolationException)
        {
            return "the embedded consumer protocol is malformed";
        }
    }

    private static List<ConsumerMember> KeepOwned(
        List<(ConsumerMember Member, PartitionAssignment Owned)> members)
    {
        var given = PartitionAssignment.Empty;
        foreach (var (member, _) in members)
        {
            given = given.Union(member.Assigned);
        }

        var kept = new List<ConsumerMember>(members.Count);
        foreach (var (member, owned) in members)
        {
            // Where two claim it, one comes from an older generation: it learns with its next heartbeat that it lost
            // it.
            var claimed = owned.Except(given);
            var held = member.Assigned.Union(claimed);
            given = given.Union(claimed);
            kept.Add(member with { Assigned = held, Target = held });
        }

        return kept;
    }
}
