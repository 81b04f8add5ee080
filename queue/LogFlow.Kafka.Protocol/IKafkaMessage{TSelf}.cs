namespace LogFlow.Kafka.Protocol;

/// <summary>A message that can also be read.</summary>
public interface IKafkaMessage<TSelf> : IKafkaMessage
    where TSelf : IKafkaMessage<TSelf>
{
    /// <summary>The lowest version that can be read and written.</summary>
    static abstract short MinVersion { get; }

    /// <summary>The highest version that can be read and written.</summary>
    static abstract short MaxVersion { get; }

    /// <summary>The first version with compact lengths and tagged fields; <see cref="short.MaxValue"/>: none.</summary>
    static abstract short FirstFlexibleVersion { get; }

    /// <summary>
    /// Reads the message's body. Fields that <paramref name="version"/> does not have keep their defaults; unknown
    /// tagged fields are skipped. Fields of type bytes and records are slices of the reader's frame.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The message has no such version.</exception>
    /// <exception cref="ProtocolViolationException">The bytes are no such message.</exception>
    static abstract TSelf Read(ref KafkaReader reader, short version);
}
