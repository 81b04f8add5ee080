using System.Collections.Immutable;
using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Transactions as bytes of the state log <c>transactions</c>, in the primitives of Kafka's protocol (compact,
/// flexible).
/// <code>
/// key   't' | transactional id, UTF-8
/// value version int8 = 0 | producer id int64 | epoch int16 | last epoch int16 | previous producer id int64 |
///       next producer id int64 | timeout ms int32 | status int8 | start ms int64 | updated ms int64 |
///       topics [ name | partitions [ int32 ] ] | groups [ id ]
/// </code>
/// </summary>
internal static class TransactionStateCodec
{
    private const byte KeyTag = (byte)'t';
    private const sbyte CurrentVersion = 0;

    public static byte[] EncodeKey(string transactionalId)
    {
        var key = new byte[1 + Encoding.UTF8.GetByteCount(transactionalId)];
        key[0] = KeyTag;
        Encoding.UTF8.GetBytes(transactionalId, key.AsSpan(1));
        return key;
    }

    public static byte[] Encode(TransactionState state)
    {
        using var writer = new KafkaWriter();
        writer.WriteInt8(CurrentVersion);
        writer.WriteInt64(state.ProducerId);
        writer.WriteInt16(state.ProducerEpoch);
        writer.WriteInt16(state.LastProducerEpoch);
        writer.WriteInt64(state.PreviousProducerId);
        writer.WriteInt64(state.NextProducerId);
        writer.WriteInt32(state.TimeoutMs);
        writer.WriteInt8((sbyte)state.Status);
        writer.WriteInt64(state.StartMs);
        writer.WriteInt64(state.UpdatedMs);
        var topics = state.Partitions.GroupBy(partition => partition.Topic).ToList();
        writer.WriteArrayLength(topics.Count, compact: true);
        foreach (var topic in topics)
        {
            writer.WriteString(topic.Key, compact: true);
            writer.WriteArrayLength(topic.Count(), compact: true);
            foreach (var partition in topic)
            {
                writer.WriteInt32(partition.Partition);
            }
        }

        writer.WriteArrayLength(state.Groups.Count, compact: true);
        foreach (var group in state.Groups)
        {
            writer.WriteString(group, compact: true);
        }

        return writer.ToArray();
    }

    /// <exception cref="ProtocolViolationException">Not an entry of this store.</exception>
    public static TransactionState Decode(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (key.IsEmpty || key.Span[0] != KeyTag)
        {
            throw new ProtocolViolationException("a key of the transaction state is of no known kind");
        }

        var reader = new KafkaReader(value);
        var version = reader.ReadInt8();
        if (version != CurrentVersion)
        {
            throw new ProtocolViolationException(
                $"transaction state version {version} was written by a newer LogFlow; this one reads {CurrentVersion}");
        }

        var state = new TransactionState
        {
            TransactionalId = Encoding.UTF8.GetString(key.Span[1..]),
            ProducerId = reader.ReadInt64(),
            ProducerEpoch = reader.ReadInt16(),
            LastProducerEpoch = reader.ReadInt16(),
            PreviousProducerId = reader.ReadInt64(),
            NextProducerId = reader.ReadInt64(),
            TimeoutMs = reader.ReadInt32(),
            Status = (TransactionStatus)reader.ReadInt8(),
            StartMs = reader.ReadInt64(),
            UpdatedMs = reader.ReadInt64(),
        };
        return state with { Partitions = ReadPartitions(ref reader), Groups = ReadGroups(ref reader) };
    }

    private static ImmutableHashSet<TopicPartition> ReadPartitions(ref KafkaReader reader)
    {
        var partitions = ImmutableHashSet.CreateBuilder<TopicPartition>();
        for (var topics = reader.ReadArrayLength(compact: true, elementBytesMin: 1); topics > 0; topics--)
        {
            var topic = reader.ReadString(compact: true);
            for (var left = reader.ReadArrayLength(compact: true, sizeof(int)); left > 0; left--)
            {
                partitions.Add(new TopicPartition(topic, reader.ReadInt32()));
            }
        }

        return partitions.ToImmutable();
    }

    private static ImmutableHashSet<string> ReadGroups(ref KafkaReader reader)
    {
        var groups = ImmutableHashSet.CreateBuilder<string>();
        for (var left = reader.ReadArrayLength(compact: true, elementBytesMin: 1); left > 0; left--)
        {
            groups.Add(reader.ReadString(compact: true));
        }

        return groups.ToImmutable();
    }
}
