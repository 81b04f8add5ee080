namespace LogFlow.Kafka.Protocol;

/// <summary>A message of the Kafka protocol, generated from a table in <c>Messages/*.kafka</c>.</summary>
public interface IKafkaMessage
{
    /// <summary>
    /// Writes the message's body in the encoding of <paramref name="version"/>. Fields that version does not have are
    /// left out, whatever their value.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The message has no such version.</exception>
    /// <exception cref="InvalidOperationException">A field is null that cannot be in this version.</exception>
    void Write(KafkaWriter writer, short version);
}
