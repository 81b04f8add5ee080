using System.Globalization;
using System.Text;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>A dead letter as it stands in <c>TOPIC.dlq</c>: what its headers say, and how it is put back.</summary>
public sealed class StoredDeadLetter
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.Ordinal);
    private readonly List<RecordHeader> _own = [];

    private StoredDeadLetter()
    {
    }

    /// <summary>Why, in words; empty where it does not say.</summary>
    public string Reason => Text(DeadLetterHeaders.Reason);

    /// <summary>decode, filter or output.</summary>
    public string Stage => Text(DeadLetterHeaders.Stage);

    /// <summary>The plugin that refused it.</summary>
    public string Plugin => Text(DeadLetterHeaders.Plugin);

    /// <summary>The topic it was read from.</summary>
    public string Topic => Text(DeadLetterHeaders.Topic);

    /// <summary>That topic's id, as Kafka prints it.</summary>
    public string TopicId => Text(DeadLetterHeaders.TopicId);

    /// <summary>The partition it was read from; null where it does not say.</summary>
    public int? Partition => (int?)Number(DeadLetterHeaders.Partition);

    /// <summary>Its offset there.</summary>
    public long? Offset => Number(DeadLetterHeaders.Offset);

    /// <summary>The last offset, where it is a whole batch that could not be decoded.</summary>
    public long? LastOffset => Number(DeadLetterHeaders.LastOffset);

    /// <summary>When it was given up, as written.</summary>
    public string Time => Text(DeadLetterHeaders.Time);

    /// <summary>How often it was tried.</summary>
    public long Attempts => Number(DeadLetterHeaders.Attempts) ?? 1;

    /// <summary>How often it was put back.</summary>
    public long Replays => Number(DeadLetterHeaders.Replays) ?? 0;

    /// <summary>The value's original length, where it holds its beginning only.</summary>
    public long? TruncatedBytes => Number(DeadLetterHeaders.Truncated);

    /// <summary>The name of the file with the whole value, where it holds its beginning only.</summary>
    public string? Sha256 => _headers.GetValueOrDefault(DeadLetterHeaders.Sha256);

    /// <summary>
    /// Reads the headers. The original's own are kept as bytes of the record: they live as long as that.
    /// </summary>
    public static StoredDeadLetter Read(in Record record)
    {
        var letter = new StoredDeadLetter();
        foreach (var header in record.Headers)
        {
            var key = Encoding.UTF8.GetString(header.Key.Span);
            if (key.StartsWith("dlq.", StringComparison.Ordinal))
            {
                letter._headers[key] = Encoding.UTF8.GetString(header.Value.GetValueOrDefault().Span);
            }
            else
            {
                letter._own.Add(header);
            }
        }

        return letter;
    }

    /// <summary>
    /// The record as it goes back into its topic: with its identity where the topic is still the same, so that what was
    /// written of it is recognised; else as a record like any other.
    /// </summary>
    /// <param name="record">The letter's record.</param>
    /// <param name="whole">The whole value, where the letter holds its beginning only.</param>
    /// <param name="topicId">The topic's id now, as Kafka prints it.</param>
    /// <param name="partitionCount">Its partitions now.</param>
    public ProducerRecord ToReplay(
        in Record record, ReadOnlyMemory<byte>? whole, string topicId, int partitionCount)
    {
        var keepsIdentity = KeepsIdentity(topicId, partitionCount);
        var headers = new List<RecordHeader>(_own);
        if (keepsIdentity)
        {
            foreach (var name in (ReadOnlySpan<string>)[
                DeadLetterHeaders.TopicId, DeadLetterHeaders.Partition, DeadLetterHeaders.Offset,
                DeadLetterHeaders.Stage, DeadLetterHeaders.Plugin, DeadLetterHeaders.Attempts])
            {
                headers.Add(DeadLetterHeaders.Header(name, Text(name)));
            }

            headers.Add(DeadLetterHeaders.Header(
                DeadLetterHeaders.Replays, (Replays + 1).ToString(CultureInfo.InvariantCulture)));
        }

        return new ProducerRecord
        {
            Topic = Topic,
            Partition = keepsIdentity ? Partition : null,
            Key = record.Key,
            Value = whole ?? record.Value,
            TimestampMs = record.TimestampMs,
            Headers = [.. headers],
        };
    }

    /// <summary>Whether a replay is recognised as the record that it was.</summary>
    public bool KeepsIdentity(string topicId, int partitionCount) =>
        TopicId == topicId && Offset is not null && Partition < partitionCount;

    private string Text(string name) => _headers.GetValueOrDefault(name, string.Empty);

    private long? Number(string name) => _headers.TryGetValue(name, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
