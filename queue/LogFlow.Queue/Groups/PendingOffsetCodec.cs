using System.Buffers.Binary;
using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Offsets of transactions that are not decided yet, in the state log of the groups. The value is that of a committed
/// offset (see <see cref="GroupStateCodec"/>).
/// <code>
/// key   'p' | producer id, int64 | length of group id, int16 | group id | length of topic, int16 | topic |
///       partition, int32
/// </code>
/// </summary>
internal static class PendingOffsetCodec
{
    private const byte KeyTag = (byte)'p';

    public static bool IsKey(ReadOnlyMemory<byte> key) => !key.IsEmpty && key.Span[0] == KeyTag;

    public static byte[] EncodeKey(string groupId, long producerId, TopicPartition partition)
    {
        var groupLength = Encoding.UTF8.GetByteCount(groupId);
        var topicLength = Encoding.UTF8.GetByteCount(partition.Topic);
        var key = new byte[1 + 8 + 2 + groupLength + 2 + topicLength + 4];
        key[0] = KeyTag;
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(1), producerId);
        BinaryPrimitives.WriteInt16BigEndian(key.AsSpan(9), checked((short)groupLength));
        Encoding.UTF8.GetBytes(groupId, key.AsSpan(11));
        BinaryPrimitives.WriteInt16BigEndian(key.AsSpan(11 + groupLength), checked((short)topicLength));
        Encoding.UTF8.GetBytes(partition.Topic, key.AsSpan(13 + groupLength));
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(13 + groupLength + topicLength), partition.Partition);
        return key;
    }

    /// <exception cref="ProtocolViolationException">Not such a key.</exception>
    public static (string GroupId, long ProducerId, TopicPartition Partition) DecodeKey(ReadOnlyMemory<byte> key)
    {
        var reader = new KafkaReader(key);
        _ = reader.ReadInt8();
        var producerId = reader.ReadInt64();
        var groupId = reader.ReadString(compact: false);
        return (groupId, producerId, new TopicPartition(reader.ReadString(compact: false), reader.ReadInt32()));
    }
}
