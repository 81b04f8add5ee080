using System.Buffers.Binary;
using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Groups and offsets as bytes of a state log, in the primitives of Kafka's protocol (compact, flexible).
/// <code>
/// key   group  'g' | group id, UTF-8
/// key   offset 'o' | length of group id, int16 | group id | length of topic, int16 | topic | partition, int32
/// value group  version int8 = 0 | generation int32 | protocol type? | protocol name? | leader? | state changed int64 |
///              members [ id | instance? | client id | client host | session ms int32 | rebalance ms int32 |
///                        protocols [ name | metadata bytes ] | assignment bytes ]
/// value offset version int8 = 0 | offset int64 | leader epoch int32 | metadata | commit time int64
/// </code>
/// </summary>
internal static class GroupStateCodec
{
    private const byte GroupTag = (byte)'g';
    private const byte OffsetTag = (byte)'o';

    public static byte[] GroupKey(string groupId)
    {
        var key = new byte[1 + Encoding.UTF8.GetByteCount(groupId)];
        key[0] = GroupTag;
        Encoding.UTF8.GetBytes(groupId, key.AsSpan(1));
        return key;
    }

    public static byte[] OffsetKey(string groupId, TopicPartition partition)
    {
        var groupLength = Encoding.UTF8.GetByteCount(groupId);
        var topicLength = Encoding.UTF8.GetByteCount(partition.Topic);
        var key = new byte[1 + 2 + groupLength + 2 + topicLength + 4];
        key[0] = OffsetTag;
        BinaryPrimitives.WriteInt16BigEndian(key.AsSpan(1), checked((short)groupLength));
        Encoding.UTF8.GetBytes(groupId, key.AsSpan(3));
        BinaryPrimitives.WriteInt16BigEndian(key.AsSpan(3 + groupLength), checked((short)topicLength));
        Encoding.UTF8.GetBytes(partition.Topic, key.AsSpan(5 + groupLength));
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(5 + groupLength + topicLength), partition.Partition);
        return key;
    }

    /// <summary>Which group a key belongs to; <paramref name="partition"/> is null for the group itself.</summary>
    /// <exception cref="ProtocolViolationException">Not a key of this store.</exception>
    public static string ReadKey(ReadOnlyMemory<byte> key, out TopicPartition? partition)
    {
        partition = null;
        var reader = new KafkaReader(key);
        switch ((byte)reader.ReadInt8())
        {
            case GroupTag:
                return Encoding.UTF8.GetString(key.Span[1..]);
            case OffsetTag:
                var groupId = reader.ReadString(compact: false);
                var topic = reader.ReadString(compact: false);
                partition = new TopicPartition(topic, reader.ReadInt32());
                return groupId;
            default:
                throw new ProtocolViolationException("a key of the group state is of no known kind");
        }
    }

    public static byte[] EncodeOffset(CommittedOffset offset)
    {
        using var writer = new KafkaWriter();
        GroupStateFormat.WriteVersion(writer);
        writer.WriteInt64(offset.Offset);
        writer.WriteInt32(offset.LeaderEpoch);
        writer.WriteString(offset.Metadata, compact: true);
        writer.WriteInt64(offset.CommitTimeMs);
        return writer.ToArray();
    }

    public static CommittedOffset DecodeOffset(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        GroupStateFormat.RequireVersion(ref reader);
        return new CommittedOffset(
            reader.ReadInt64(), reader.ReadInt32(), reader.ReadString(compact: true), reader.ReadInt64());
    }

    public static byte[] EncodeGroup(GroupSnapshot group)
    {
        using var writer = new KafkaWriter();
        GroupStateFormat.WriteVersion(writer);
        writer.WriteInt32(group.Generation);
        GroupStateFormat.WriteNullable(writer, group.ProtocolType);
        GroupStateFormat.WriteNullable(writer, group.ProtocolName);
        GroupStateFormat.WriteNullable(writer, group.Leader);
        writer.WriteInt64(group.StateChangedMs);
        writer.WriteArrayLength(group.Members.Count, compact: true);
        foreach (var member in group.Members)
        {
            writer.WriteString(member.MemberId, compact: true);
            GroupStateFormat.WriteNullable(writer, member.GroupInstanceId);
            writer.WriteString(member.ClientId, compact: true);
            writer.WriteString(member.ClientHost, compact: true);
            writer.WriteInt32(member.SessionTimeoutMs);
            writer.WriteInt32(member.RebalanceTimeoutMs);
            writer.WriteArrayLength(member.Protocols.Count, compact: true);
            foreach (var protocol in member.Protocols)
            {
                writer.WriteString(protocol.Name, compact: true);
                writer.WriteBytes(protocol.Metadata, compact: true);
            }

            writer.WriteBytes(member.Assignment, compact: true);
        }

        return writer.ToArray();
    }

    public static GroupSnapshot DecodeGroup(string groupId, ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        GroupStateFormat.RequireVersion(ref reader);
        var group = new GroupSnapshot
        {
            GroupId = groupId,
            Generation = reader.ReadInt32(),
            ProtocolType = reader.ReadNullableString(compact: true),
            ProtocolName = reader.ReadNullableString(compact: true),
            Leader = reader.ReadNullableString(compact: true),
            StateChangedMs = reader.ReadInt64(),
        };
        var members = new List<MemberSnapshot>();
        for (var left = reader.ReadArrayLength(compact: true, elementBytesMin: 1); left > 0; left--)
        {
            members.Add(DecodeMember(ref reader));
        }

        return group with { Members = members };
    }

    private static MemberSnapshot DecodeMember(ref KafkaReader reader)
    {
        var member = new MemberSnapshot
        {
            MemberId = reader.ReadString(compact: true),
            GroupInstanceId = reader.ReadNullableString(compact: true),
            ClientId = reader.ReadString(compact: true),
            ClientHost = reader.ReadString(compact: true),
            SessionTimeoutMs = reader.ReadInt32(),
            RebalanceTimeoutMs = reader.ReadInt32(),
        };
        var protocols = new List<MemberProtocol>();
        for (var left = reader.ReadArrayLength(compact: true, elementBytesMin: 1); left > 0; left--)
        {
            protocols.Add(new MemberProtocol(
                reader.ReadString(compact: true), reader.ReadBytes(compact: true).ToArray()));
        }

        return member with { Protocols = protocols, Assignment = reader.ReadBytes(compact: true).ToArray() };
    }
}
