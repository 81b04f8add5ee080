using System.Buffers.Binary;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// Groups of the new protocol as bytes of the state log <c>groups</c>, in the primitives of Kafka's protocol (compact).
/// <code>
/// key   group  'c' | group id, UTF-8
/// key   member 'm' | length of group id, int16 | group id | member id, UTF-8
/// value group  version int8 = 0 | group epoch int32 | assignment epoch int32 | topics hash int64 |
///              changed int64, Unix milliseconds
/// value member version int8 = 0 | instance? | rack? | client id | client host | rebalance ms int32 |
///              topics [ name ] | regex? | assignor? | state int8 | epoch int32 | previous epoch int32 |
///              assigned, pending revocation, target: [ topic uuid | [ partition int32 ] ] |
///              only of a member that speaks the classic protocol:
///              session ms int32 | protocols [ name | metadata bytes ]
/// </code>
/// </summary>
internal static class ConsumerGroupCodec
{
    private const byte GroupTag = (byte)'c';
    private const byte MemberTag = (byte)'m';

    public static StateChange[] Encode(ConsumerGroupChange change)
    {
        var changes = new List<StateChange>(change.Members.Count + 2);
        foreach (var (memberId, member) in change.Members)
        {
            changes.Add(new StateChange(
                MemberKey(change.GroupId, memberId),
                member is null ? null : (ReadOnlyMemory<byte>?)EncodeMember(member)));
        }

        if (change.IsDeleted)
        {
            changes.Add(new StateChange(GroupKey(change.GroupId), null));
            if (change.Successor is { } classic)
            {
                changes.Add(new StateChange(
                    GroupStateCodec.GroupKey(change.GroupId), GroupStateCodec.EncodeGroup(classic)));
            }
        }
        else if (change.Group is { } group)
        {
            changes.Add(new StateChange(GroupStateCodec.GroupKey(change.GroupId), null));
            changes.Add(new StateChange(GroupKey(change.GroupId), EncodeGroup(group)));
        }

        return [.. changes];
    }

    /// <summary>False: a key of another kind. <paramref name="memberId"/> is null for the group itself.</summary>
    /// <exception cref="ProtocolViolationException">The key is cut off.</exception>
    public static bool TryReadKey(ReadOnlyMemory<byte> key, out string groupId, out string? memberId)
    {
        (groupId, memberId) = ("", null);
        if (key.IsEmpty || key.Span[0] is not (GroupTag or MemberTag))
        {
            return false;
        }

        if (key.Span[0] == GroupTag)
        {
            groupId = Encoding.UTF8.GetString(key.Span[1..]);
            return true;
        }

        var reader = new KafkaReader(key[1..]);
        groupId = reader.ReadString(compact: false);
        memberId = Encoding.UTF8.GetString(key.Span[(1 + reader.Position)..]);
        return true;
    }

    public static byte[] EncodeGroup(ConsumerGroupSnapshot group)
    {
        using var writer = new KafkaWriter();
        GroupStateFormat.WriteVersion(writer);
        writer.WriteInt32(group.GroupEpoch);
        writer.WriteInt32(group.AssignmentEpoch);
        writer.WriteInt64(group.TopicsHash);
        writer.WriteInt64(group.ChangedMs);
        return writer.ToArray();
    }

    public static ConsumerGroupSnapshot DecodeGroup(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        GroupStateFormat.RequireVersion(ref reader);
        return new ConsumerGroupSnapshot
        {
            GroupEpoch = reader.ReadInt32(),
            AssignmentEpoch = reader.ReadInt32(),
            TopicsHash = reader.ReadInt64(),
            ChangedMs = reader.ReadInt64(),
        };
    }

    public static byte[] EncodeMember(ConsumerMember member)
    {
        using var writer = new KafkaWriter();
        GroupStateFormat.WriteVersion(writer);
        GroupStateFormat.WriteNullable(writer, member.InstanceId);
        GroupStateFormat.WriteNullable(writer, member.RackId);
        writer.WriteString(member.ClientId, compact: true);
        writer.WriteString(member.ClientHost, compact: true);
        writer.WriteInt32(member.RebalanceTimeoutMs);
        writer.WriteArrayLength(member.SubscribedTopics.Count, compact: true);
        foreach (var topic in member.SubscribedTopics)
        {
            writer.WriteString(topic, compact: true);
        }

        GroupStateFormat.WriteNullable(writer, member.SubscribedRegex);
        GroupStateFormat.WriteNullable(writer, member.ServerAssignor);
        writer.WriteInt8((sbyte)member.State);
        writer.WriteInt32(member.MemberEpoch);
        writer.WriteInt32(member.PreviousMemberEpoch);
        WriteAssignment(writer, member.Assigned);
        WriteAssignment(writer, member.PendingRevocation);
        WriteAssignment(writer, member.Target);
        if (member.Classic is { } classic)
        {
            WriteClassic(writer, classic);
        }

        return writer.ToArray();
    }

    public static ConsumerMember DecodeMember(string memberId, ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        GroupStateFormat.RequireVersion(ref reader);
        var member = new ConsumerMember
        {
            MemberId = memberId,
            InstanceId = reader.ReadNullableString(compact: true),
            RackId = reader.ReadNullableString(compact: true),
            ClientId = reader.ReadString(compact: true),
            ClientHost = reader.ReadString(compact: true),
            RebalanceTimeoutMs = reader.ReadInt32(),
            SubscribedTopics = ReadStrings(ref reader),
            SubscribedRegex = reader.ReadNullableString(compact: true),
            ServerAssignor = reader.ReadNullableString(compact: true),
            State = (MemberState)reader.ReadInt8(),
            MemberEpoch = reader.ReadInt32(),
            PreviousMemberEpoch = reader.ReadInt32(),
            Assigned = ReadAssignment(ref reader),
            PendingRevocation = ReadAssignment(ref reader),
            Target = ReadAssignment(ref reader),
        };
        return reader.Remaining == 0 ? member : member with { Classic = ReadClassic(ref reader) };
    }

    public static byte[] GroupKey(string groupId) => [GroupTag, .. Encoding.UTF8.GetBytes(groupId)];

    public static byte[] MemberKey(string groupId, string memberId)
    {
        var group = Encoding.UTF8.GetBytes(groupId);
        var length = new byte[2];
        BinaryPrimitives.WriteInt16BigEndian(length, checked((short)group.Length));
        return [MemberTag, .. length, .. group, .. Encoding.UTF8.GetBytes(memberId)];
    }

    private static void WriteAssignment(KafkaWriter writer, PartitionAssignment assignment)
    {
        writer.WriteArrayLength(assignment.Topics.Count, compact: true);
        foreach (var (topic, partitions) in assignment.Topics)
        {
            writer.WriteUuid(topic);
            writer.WriteArrayLength(partitions.Length, compact: true);
            foreach (var partition in partitions)
            {
                writer.WriteInt32(partition);
            }
        }
    }

    private static PartitionAssignment ReadAssignment(ref KafkaReader reader)
    {
        var topics = new List<KeyValuePair<Guid, IEnumerable<int>>>();
        for (var left = reader.ReadArrayLength(compact: true, elementBytesMin: 17); left > 0; left--)
        {
            var topic = reader.ReadUuid();
            var partitions = new int[reader.ReadArrayLength(compact: true, elementBytesMin: sizeof(int))];
            for (var i = 0; i < partitions.Length; i++)
            {
                partitions[i] = reader.ReadInt32();
            }

            topics.Add(new(topic, partitions));
        }

        return PartitionAssignment.Create(topics);
    }

    private static void WriteClassic(KafkaWriter writer, ClassicMemberMetadata classic)
    {
        writer.WriteInt32(classic.SessionTimeoutMs);
        writer.WriteArrayLength(classic.Protocols.Count, compact: true);
        foreach (var protocol in classic.Protocols)
        {
            writer.WriteString(protocol.Name, compact: true);
            writer.WriteBytes(protocol.Metadata, compact: true);
        }
    }

    private static ClassicMemberMetadata ReadClassic(ref KafkaReader reader)
    {
        var sessionTimeoutMs = reader.ReadInt32();
        var protocols = new MemberProtocol[reader.ReadArrayLength(compact: true, elementBytesMin: 2)];
        for (var i = 0; i < protocols.Length; i++)
        {
            protocols[i] = new MemberProtocol(
                reader.ReadString(compact: true), reader.ReadBytes(compact: true).ToArray());
        }

        return new ClassicMemberMetadata(sessionTimeoutMs, protocols);
    }

    private static string[] ReadStrings(ref KafkaReader reader)
    {
        var strings = new string[reader.ReadArrayLength(compact: true, elementBytesMin: 1)];
        for (var i = 0; i < strings.Length; i++)
        {
            strings[i] = reader.ReadString(compact: true);
        }

        return strings;
    }
}
