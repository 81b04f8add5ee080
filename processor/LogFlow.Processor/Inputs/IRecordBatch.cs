using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>
/// Records of one partition, as an input delivers them: offsets from <see cref="FirstOffset"/> up to, not including,
/// <see cref="NextOffset"/>, without a gap to the batch before. Disposing gives the memory back.
/// </summary>
internal interface IRecordBatch : IDisposable
{
    TopicPartition TopicPartition { get; }

    Guid TopicId { get; }

    long FirstOffset { get; }

    long NextOffset { get; }

    ReadOnlyMemory<Record> Records { get; }

    int SizeInBytes { get; }

    /// <summary>A record batch that cannot be decoded, which is all that there is then; null: there are
    /// records.</summary>
    UndecodableBatch? Undecodable { get; }
}
