using System.Buffers;
using System.Buffers.Text;
using System.Text;
using LogFlow.Hosting;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>
/// Prints records by a format with kcat's tokens: <c>%t</c> topic, <c>%p</c> partition, <c>%o</c> offset, <c>%k</c>
/// key, <c>%s</c> value, <c>%T</c> timestamp in ms, <c>%h</c> headers (<c>name=value,name=value</c>), <c>%K</c> and
/// <c>%S</c> length of key and value (−1 where there is none), <c>%%</c>; and the escapes of
/// <see cref="TextEscapes"/>.
/// </summary>
internal sealed class RecordFormat : IRecordWriter
{
    /// <summary>Values, a line each; as kcat does.</summary>
    public const string Default = @"%s\n";

    private const string Tokens = "tpoksThKS";
    private const int NumberBytesMax = 20;

    // A letter of Tokens, or a literal where that is 0.
    private readonly List<(char Token, byte[] Literal)> _parts = [];
    private string? _topic;
    private byte[] _topicBytes = [];

    /// <exception cref="StartupException">A token or an escape is not known.</exception>
    public RecordFormat(string format)
    {
        var literal = 0;
        for (var at = format.IndexOf('%'); at >= 0; at = at + 2 > format.Length ? -1 : format.IndexOf('%', at + 2))
        {
            var token = at + 1 < format.Length ? format[at + 1] : '\0';
            AddLiteral(token == '%' ? format[literal..(at + 1)] : format[literal..at]);
            if (Tokens.Contains(token))
            {
                _parts.Add((token, []));
            }
            else if (token != '%')
            {
                throw new StartupException(
                    $"--format: after a % comes one of {string.Join(' ', Tokens.AsEnumerable())} or %, "
                    + $"not '{format[(at + 1)..]}'",
                    2);
            }

            literal = at + 2;
        }

        AddLiteral(format[literal..]);
    }

    /// <inheritdoc/>
    public void Write(TopicPartition partition, in Record record, IBufferWriter<byte> output)
    {
        foreach (var (token, literal) in _parts)
        {
            switch (token)
            {
                case '\0':
                    output.Write(literal);
                    break;
                case 't':
                    output.Write(TopicBytes(partition.Topic));
                    break;
                case 'p':
                    WriteNumber(partition.Partition, output);
                    break;
                case 'o':
                    WriteNumber(record.Offset, output);
                    break;
                case 'k':
                    output.Write((record.Key ?? default).Span);
                    break;
                case 's':
                    output.Write((record.Value ?? default).Span);
                    break;
                case 'T':
                    WriteNumber(record.TimestampMs, output);
                    break;
                case 'h':
                    WriteHeaders(record, output);
                    break;
                case 'K':
                    WriteNumber(record.Key?.Length ?? -1, output);
                    break;
                case 'S':
                    WriteNumber(record.Value?.Length ?? -1, output);
                    break;
            }
        }
    }

    private static void WriteNumber(long number, IBufferWriter<byte> output)
    {
        _ = Utf8Formatter.TryFormat(number, output.GetSpan(NumberBytesMax), out var length);
        output.Advance(length);
    }

    private static void WriteHeaders(in Record record, IBufferWriter<byte> output)
    {
        var isFirst = true;
        foreach (var header in record.Headers)
        {
            output.Write(isFirst ? ""u8 : ","u8);
            output.Write(header.Key.Span);
            output.Write("="u8);
            output.Write(header.Value is { } value ? value.Span : "NULL"u8);
            isFirst = false;
        }
    }

    private byte[] TopicBytes(string topic)
    {
        if (_topic != topic)
        {
            _topic = topic;
            _topicBytes = Encoding.UTF8.GetBytes(topic);
        }

        return _topicBytes;
    }

    private void AddLiteral(string text)
    {
        if (text.Length > 0)
        {
            _parts.Add(('\0', TextEscapes.Expand(text)));
        }
    }
}
