using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol;

/// <summary>
/// What consumers tell each other in JoinGroup and SyncGroup (protocol type <c>consumer</c>), opaque to the broker:
/// <code>
/// version int16 | ConsumerProtocolSubscription or ConsumerProtocolAssignment in that version
/// </code>
/// A version higher than ours is read as ours, as Kafka does: newer versions only append fields.
/// </summary>
public static class ConsumerProtocol
{
    /// <summary>The protocol type of consumer groups in JoinGroup.</summary>
    public const string ProtocolType = "consumer";

    public static byte[] Serialize(ConsumerProtocolSubscription subscription, short version) =>
        SerializeMessage(subscription, version);

    public static byte[] Serialize(ConsumerProtocolAssignment assignment, short version) =>
        SerializeMessage(assignment, version);

    /// <exception cref="ProtocolViolationException">The bytes are no subscription.</exception>
    public static ConsumerProtocolSubscription ReadSubscription(ReadOnlyMemory<byte> bytes) =>
        ReadMessage<ConsumerProtocolSubscription>(bytes);

    /// <summary>Reads an assignment. Empty bytes are an empty one: a leader may leave a member out.</summary>
    /// <exception cref="ProtocolViolationException">The bytes are no assignment.</exception>
    public static ConsumerProtocolAssignment ReadAssignment(ReadOnlyMemory<byte> bytes) =>
        bytes.IsEmpty ? new ConsumerProtocolAssignment() : ReadMessage<ConsumerProtocolAssignment>(bytes);

    private static byte[] SerializeMessage(IKafkaMessage message, short version)
    {
        using var writer = new KafkaWriter();
        writer.WriteInt16(version);
        message.Write(writer, version);
        return writer.ToArray();
    }

    private static TMessage ReadMessage<TMessage>(ReadOnlyMemory<byte> bytes)
        where TMessage : IKafkaMessage<TMessage>
    {
        var reader = new KafkaReader(bytes);
        var version = reader.ReadInt16();
        if (version < TMessage.MinVersion)
        {
            throw new ProtocolViolationException($"Version {version} of the consumer protocol does not exist.");
        }

        return TMessage.Read(ref reader, Math.Min(version, TMessage.MaxVersion));
    }
}
