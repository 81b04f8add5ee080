using System.Globalization;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Processor;

/// <summary>
/// The headers that a dead letter carries beside the original's own (design.md §3). Topic id, partition and offset are
/// the record's identity: what its documents' ids are made of, and what a replay keeps.
/// </summary>
public static class DeadLetterHeaders
{
    /// <summary>Why, in words.</summary>
    public const string Reason = "dlq.reason";

    /// <summary>decode, filter or output.</summary>
    public const string Stage = "dlq.stage";

    /// <summary>The plugin that refused it.</summary>
    public const string Plugin = "dlq.plugin";

    /// <summary>The topic it was read from.</summary>
    public const string Topic = "dlq.topic";

    /// <summary>That topic's id, as Kafka prints it.</summary>
    public const string TopicId = "dlq.topic_id";

    /// <summary>The partition it was read from.</summary>
    public const string Partition = "dlq.partition";

    /// <summary>Its offset there; the first one of a batch that could not be decoded.</summary>
    public const string Offset = "dlq.offset";

    /// <summary>The last offset of a batch that could not be decoded.</summary>
    public const string LastOffset = "dlq.last_offset";

    /// <summary>How a batch that could not be decoded says it is compressed.</summary>
    public const string Codec = "dlq.codec";

    /// <summary>When it was given up.</summary>
    public const string Time = "dlq.time";

    /// <summary>How often it was tried, replays included.</summary>
    public const string Attempts = "dlq.attempts";

    /// <summary>The value's original length in bytes, where the letter holds its beginning only.</summary>
    public const string Truncated = "dlq.truncated";

    /// <summary>SHA-256 of the whole value in hex: the name of its file in <c>path.data</c>.</summary>
    public const string Sha256 = "dlq.sha256";

    /// <summary>On a record that was put back into its topic: how often that was done.</summary>
    public const string Replays = "dlq.replays";

    private const int ReasonCharsMax = 2000;

    /// <summary>The original's headers, then those of the letter.</summary>
    internal static RecordHeader[] Of(DeadLetter letter, DateTimeOffset now)
    {
        var reason = letter.Reason.Length <= ReasonCharsMax ? letter.Reason : letter.Reason[..ReasonCharsMax];
        var headers = new List<RecordHeader>(16);
        var earlier = Replay.TryRead(letter.Record, out var replay) ? replay : null;
        AddOwn(letter.Record, headers);
        headers.Add(Header(Reason, reason));
        headers.Add(Header(Stage, DeadLetter.NameOf(letter.Stage)));
        headers.Add(Header(Plugin, letter.Plugin));
        headers.Add(Header(Topic, letter.Source.Topic));
        headers.Add(Header(TopicId, KafkaUuid.Format(earlier?.TopicId ?? letter.TopicId)));
        headers.Add(Header(Partition, Number(earlier?.Partition ?? letter.Source.Partition)));
        headers.Add(Header(Offset, Number(earlier?.Offset ?? letter.Record.Offset)));
        headers.Add(Header(Time, now.UtcDateTime.ToString(
            "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)));
        headers.Add(Header(Attempts, Number((earlier?.Attempts ?? 0) + letter.Attempts)));
        if (letter.Batch is { } batch)
        {
            headers.Add(Header(LastOffset, Number(batch.LastOffset)));
            headers.Add(Header(Codec, batch.Codec));
        }

        if (earlier is not null)
        {
            headers.Add(Header(Replays, Number(earlier.Count)));
        }

        return [.. headers];
    }

    /// <summary>The original's own headers, as far as they can be read.</summary>
    private static void AddOwn(in Record record, List<RecordHeader> headers)
    {
        try
        {
            foreach (var header in record.Headers)
            {
                if (!header.Key.Span.StartsWith("dlq."u8))
                {
                    headers.Add(header);
                }
            }
        }
        catch (InvalidDataException)
        {
            // They may be why the record is a dead letter.
        }
    }

    internal static RecordHeader Header(string key, string value) =>
        new(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
