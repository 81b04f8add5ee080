using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// The id that LogFlow's processor gives a document: <c>&lt;topic id, 22
/// characters&gt;-&lt;partition&gt;-&lt;offset&gt;[-&lt;part&gt;]</c>. The store keeps its numbers, not its text.
/// </summary>
internal readonly record struct DocumentId(Guid TopicId, int Partition, long Offset, int Part)
{
    public const int TopicTextLength = KafkaUuid.TextLength;

    /// <summary>Reads an id that is written exactly as <see cref="ToString"/> writes it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DocumentId id)
    {
        id = default;
        if (text.Length < TopicTextLength + 4 || !TryParseTopic(text[..TopicTextLength], out var topic)
            || !ReadNumber(text[TopicTextLength..], out var partition, out var used) || partition > int.MaxValue)
        {
            return false;
        }

        var rest = text[(TopicTextLength + used)..];
        if (!ReadNumber(rest, out var offset, out used))
        {
            return false;
        }

        rest = rest[used..];
        long part = 0;
        if (!rest.IsEmpty
            && (!ReadNumber(rest, out part, out used) || used != rest.Length || part is 0 or > int.MaxValue))
        {
            return false;
        }

        id = new DocumentId(topic, (int)partition, offset, (int)part);
        return true;
    }

    /// <summary>A topic id as Kafka prints it: base64url of the 16 big-endian bytes, without padding.</summary>
    public static bool TryParseTopic(ReadOnlySpan<byte> text, out Guid topicId)
    {
        topicId = default;
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length != TopicTextLength
            || Base64Url.DecodeFromUtf8(text, bytes, out _, out var written) != OperationStatus.Done || written != 16)
        {
            return false;
        }

        // The last character carries 4 unused bits; only one spelling is ours.
        Span<byte> again = stackalloc byte[TopicTextLength];
        Base64Url.EncodeToUtf8(bytes, again);
        topicId = new Guid(bytes, bigEndian: true);
        return again.SequenceEqual(text);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{KafkaUuid.Format(TopicId)}-{Partition}-{Offset}{(Part > 0 ? $"-{Part}" : "")}");

    /// <summary>Reads "-" and a number without leading zeros.</summary>
    private static bool ReadNumber(ReadOnlySpan<byte> text, out long value, out int used)
    {
        value = 0;
        used = 0;
        if (text.Length < 2 || text[0] != '-' || !Utf8Parser.TryParse(text[1..], out value, out used) || value < 0
            || (uint)(text[1] - '0') > 9 || (text[1] == '0' && used > 1))
        {
            return false;
        }

        used++;
        return true;
    }
}
