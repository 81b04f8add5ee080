using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LogFlow.Agent;

/// <summary>
/// Turns lines of one file into records' values. All that does not change from line to line is bytes made once:
/// <code>{"@timestamp":"…","message":"…","log":{"offset":N[,"flags":["truncated"]],…constant…}</code>
/// Immutable; one per file incarnation.
/// </summary>
internal sealed class EventEncoder
{
    /// <summary>Bytes of a timestamp: <c>2026-11-21T08:21:20.123Z</c>.</summary>
    public const int TimestampLength = 24;

    private const int OffsetLengthMax = 20;
    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly bool _isRaw;
    private readonly LineEncoding _encoding;
    private readonly byte[] _suffix;

    /// <summary>Makes an encoder.</summary>
    /// <param name="key">The records' key: the file incarnation's identity.</param>
    /// <param name="codec">What values are.</param>
    /// <param name="encoding">What the file's bytes are.</param>
    /// <param name="metadata">The constant part of each event.</param>
    public EventEncoder(byte[] key, OutputCodec codec, LineEncoding encoding, JsonObject metadata)
    {
        Key = key;
        _isRaw = codec == OutputCodec.Raw;
        _encoding = encoding;
        _suffix = BuildSuffix(metadata);
        FixedLength = _isRaw ? 0 : Prefix.Length + TimestampLength + Message.Length + Offset.Length
            + OffsetLengthMax + Truncated.Length + _suffix.Length;
    }

    /// <summary>Makes the events where parsers or processors have a say; null: lines are sent as they stand.</summary>
    public StructuredEvents? Structured { get; init; }

    /// <summary>The records' key.</summary>
    public byte[] Key { get; }

    /// <summary>Bytes of an event besides its message, at most.</summary>
    public int FixedLength { get; }

    private static ReadOnlySpan<byte> Prefix => "{\"@timestamp\":\""u8;

    private static ReadOnlySpan<byte> Message => "\",\"message\":\""u8;

    private static ReadOnlySpan<byte> Offset => "\",\"log\":{\"offset\":"u8;

    private static ReadOnlySpan<byte> Truncated => ",\"flags\":[\"truncated\"]"u8;

    /// <summary>Whether block-wise UTF-8 validation is of use for this file.</summary>
    public bool ValidatesUtf8 => !_isRaw && _encoding.IsUtf8;

    /// <summary>Whether messages have to be valid UTF-8; <c>raw</c> sends bytes as they are.</summary>
    public bool NeedsValidUtf8 => !_isRaw;

    /// <summary>Writes a time as <c>@timestamp</c> has it.</summary>
    public static void FormatTimestamp(DateTimeOffset time, Span<byte> destination) =>
        time.UtcDateTime.TryFormat(
            destination, out _, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Encodes one message.</summary>
    /// <param name="line">The message, as <see cref="LineMessage"/> made it.</param>
    /// <param name="position">Where its line starts in the file.</param>
    /// <param name="isTruncated">The line was longer; becomes true where it has to be cut to fit.</param>
    /// <param name="timestamp">The time of reading.</param>
    /// <param name="lengthMax">The most bytes that the value may have.</param>
    /// <param name="scratch">Where to build it.</param>
    /// <returns>The value; lies in <paramref name="line"/> or in <paramref name="scratch"/>.</returns>
    public ReadOnlySpan<byte> Encode(
        ReadOnlySpan<byte> line,
        long position,
        ref bool isTruncated,
        ReadOnlySpan<byte> timestamp,
        int lengthMax,
        EventScratch scratch)
    {
        if (_isRaw)
        {
            isTruncated |= line.Length > lengthMax;
            return line[..JsonStringWriter.CharacterBoundary(line, Math.Min(line.Length, lengthMax))];
        }

        return EncodeJson(line, position, ref isTruncated, timestamp, lengthMax, scratch);
    }

    private ReadOnlySpan<byte> EncodeJson(
        ReadOnlySpan<byte> line,
        long position,
        ref bool isTruncated,
        ReadOnlySpan<byte> timestamp,
        int lengthMax,
        EventScratch scratch)
    {
        var messageMax = (int)Math.Min(
            (long)line.Length * JsonStringWriter.ExpansionMax, Math.Max(0, lengthMax - FixedLength));
        var value = scratch.Value(FixedLength + messageMax);
        var length = Append(value, 0, Prefix);
        length = Append(value, length, timestamp);
        length = Append(value, length, Message);
        if (messageMax == (long)line.Length * JsonStringWriter.ExpansionMax)
        {
            length += JsonStringWriter.Write(line, value[length..]);
        }
        else
        {
            length += JsonStringWriter.WriteBounded(line, value.Slice(length, messageMax), out var consumed);
            isTruncated |= consumed < line.Length;
        }

        length = Append(value, length, Offset);
        Utf8Formatter.TryFormat(position, value[length..], out var digits);
        length += digits;
        if (isTruncated)
        {
            length = Append(value, length, Truncated);
        }

        length = Append(value, length, _suffix);
        return value[..length];
    }

    private static int Append(Span<byte> destination, int position, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination[position..]);
        return position + bytes.Length;
    }

    /// <summary>The rest of the log object and all other fields: <c>,"file":{…}},"input":{…}…}</c>.</summary>
    private static byte[] BuildSuffix(JsonObject metadata)
    {
        var suffix = new StringBuilder();
        foreach (var (name, value) in (JsonObject)metadata["log"]!)
        {
            AppendMember(suffix, name, value);
        }

        suffix.Append('}');
        foreach (var (name, value) in metadata)
        {
            if (name != "log")
            {
                AppendMember(suffix, name, value);
            }
        }

        suffix.Append('}');
        return Encoding.UTF8.GetBytes(suffix.ToString());
    }

    private static void AppendMember(StringBuilder text, string name, JsonNode? value) => text
        .Append(',')
        .Append('"').Append(JsonEncodedText.Encode(name, Relaxed.Encoder)).Append("\":")
        .Append(value?.ToJsonString(Relaxed) ?? "null");
}
