using System.Globalization;
using System.Security.Cryptography;
using LogFlow.Kafka.Client;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Processor;

/// <summary>A dead letter that is neither in the queue nor in the file yet.</summary>
internal sealed class PendingLetter(DeadLetter letter, DateTimeOffset now)
{
    /// <summary>What is left of a value at most when it is cut, however much the topic takes.</summary>
    private const int CutBytesMax = 1024 * 1024;

    /// <summary>Keys beyond it go with what is cut.</summary>
    private const int CutKeyBytesMax = 16 * 1024;

    private const int HeaderBytes = 16 * 1024;

    private readonly RecordHeader[] _headers = DeadLetterHeaders.Of(letter, now);
    private RecordHeader[]? _cutHeaders;
    private int _cutBytes;

    public DeadLetter Letter => letter;

    public bool IsCut => _cutHeaders is not null;

    /// <summary>
    /// With how many others it is sent: less after it was refused together with some, as it may be their size that was
    /// too much.
    /// </summary>
    public int CompanyMax { get; set; } = int.MaxValue;

    public ReadOnlyMemory<byte> Value => letter.Record.Value.GetValueOrDefault();

    /// <summary>SHA-256 of the whole value in hex, once it is cut.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>From now on only the beginning is sent, and headers say so.</summary>
    public void Cut(int messageBytesMax)
    {
        var value = Value.Span;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(value));
        _cutBytes = Math.Clamp(Math.Min(messageBytesMax, CutBytesMax) - HeaderBytes - CutKeyBytesMax, 0, value.Length);
        while (_cutBytes > 0 && _cutBytes < value.Length && (value[_cutBytes] & 0xC0) == 0x80)
        {
            _cutBytes--;
        }

        _cutHeaders =
        [
            .. _headers.Where(static header => header.Key.Span.StartsWith("dlq."u8)),
            DeadLetterHeaders.Header(
                DeadLetterHeaders.Truncated, value.Length.ToString(CultureInfo.InvariantCulture)),
            DeadLetterHeaders.Header(DeadLetterHeaders.Sha256, Sha256),
        ];
    }

    /// <summary>Takes <see cref="Cut"/> back: the whole could not be kept elsewhere.</summary>
    public void Restore() => _cutHeaders = null;

    /// <summary>As it is sent to a topic; the partition is the source's where there are as many.</summary>
    public ProducerRecord ToRecord(DlqTopic topic) => ToRecord(topic.Name) with
    {
        Partition = letter.Source.Partition % Math.Max(1, topic.PartitionCount),
    };

    /// <summary>As it is kept for a topic that cannot be used now.</summary>
    public ProducerRecord ToRecord(string topic)
    {
        var record = letter.Record;
        return _cutHeaders is null
            ? new ProducerRecord
            {
                Topic = topic,
                Key = record.Key,
                Value = record.Value,
                TimestampMs = record.TimestampMs,
                Headers = _headers,
            }
            : new ProducerRecord
            {
                // A bare null would become an empty key. Without a timestamp of its own: that may be what the topic
                // does not take.
                Topic = topic,
                Key = record.Key is { Length: <= CutKeyBytesMax } key ? key : (ReadOnlyMemory<byte>?)null,
                Value = record.Value is null ? (ReadOnlyMemory<byte>?)null : Value[.._cutBytes],
                Headers = _cutHeaders,
            };
    }
}
