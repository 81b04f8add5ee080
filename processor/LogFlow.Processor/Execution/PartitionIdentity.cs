using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Processor;

/// <summary>
/// A partition's name in document ids and store positions: topic id and number. The topic id (a UUID made with the
/// topic) keeps ids distinct when a topic is deleted and its offsets start again.
/// </summary>
internal sealed class PartitionIdentity
{
    private readonly byte[] _idPrefix;

    public PartitionIdentity(Guid topicId, TopicPartition partition)
    {
        // Kafka before 2.8 has no topic ids: the topic's name has to do.
        var id = topicId != Guid.Empty ? topicId : FromName(partition.Topic);
        TopicId = id;
        Partition = partition.Partition;
        var text = KafkaUuid.Format(id);
        var number = partition.Partition.ToString(CultureInfo.InvariantCulture);
        PositionKey = $"{text}:{number}";
        _idPrefix = Encoding.ASCII.GetBytes($"{text}-{number}-");
    }

    public Guid TopicId { get; }

    public int Partition { get; }

    /// <summary><c>topicId22:partition</c>, as the store's positions are keyed.</summary>
    public string PositionKey { get; }

    /// <summary>The longest document id in bytes.</summary>
    public const int DocumentIdBytesMax = KafkaUuid.TextLength + 1 + 10 + 1 + 19 + 1 + 10;

    /// <summary>Writes <c>topicId22-partition-offset[-part]</c>; part 0 is left out. Returns the length.</summary>
    public int WriteDocumentId(Span<byte> destination, long offset, int part)
    {
        _idPrefix.CopyTo(destination);
        var length = _idPrefix.Length;
        Utf8Formatter.TryFormat(offset, destination[length..], out var written);
        length += written;
        if (part != 0)
        {
            destination[length++] = (byte)'-';
            Utf8Formatter.TryFormat(part, destination[length..], out written);
            length += written;
        }

        return length;
    }

    private static Guid FromName(string topic) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(topic)).AsSpan(0, 16), bigEndian: true);
}
