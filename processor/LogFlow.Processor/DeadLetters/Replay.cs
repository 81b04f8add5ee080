using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;

namespace LogFlow.Processor;

/// <summary>
/// What a record that was put back into its topic says of the one it repeats. It is what any producer can write, so it
/// is believed only where it can do no harm: see <see cref="InFlightBatch.AddReplay"/>.
/// </summary>
/// <param name="TopicId">The original's topic id.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Attempts">How often it was tried until then.</param>
/// <param name="Count">How often it was put back.</param>
/// <param name="Output">The one output that refused it; null: it came to none.</param>
internal sealed record Replay(Guid TopicId, int Partition, long Offset, int Attempts, int Count, string? Output)
{
    /// <summary>Reads it from the record's headers; false: the record is no replay.</summary>
    public static bool TryRead(in Record record, [NotNullWhen(true)] out Replay? replay)
    {
        replay = null;
        if (record.HeaderCount == 0 || record.HeaderBytes.Span.IndexOf("dlq.replays"u8) < 0)
        {
            return false;
        }

        try
        {
            replay = Read(record);
        }
        catch (InvalidDataException)
        {
            // Headers that cannot be read claim nothing.
        }

        return replay is not null;
    }

    private static Replay? Read(in Record record)
    {
        Guid? topicId = null;
        long? partition = null, offset = null, count = null;
        long attempts = 0;
        string? stage = null, plugin = null;
        foreach (var header in record.Headers)
        {
            var value = header.Value.GetValueOrDefault().Span;
            switch (Encoding.UTF8.GetString(header.Key.Span))
            {
                case DeadLetterHeaders.TopicId:
                    topicId = ReadTopicId(value);
                    break;
                case DeadLetterHeaders.Partition:
                    partition = ReadNumber(value);
                    break;
                case DeadLetterHeaders.Offset:
                    offset = ReadNumber(value);
                    break;
                case DeadLetterHeaders.Attempts:
                    attempts = ReadNumber(value) ?? 0;
                    break;
                case DeadLetterHeaders.Replays:
                    count = ReadNumber(value);
                    break;
                case DeadLetterHeaders.Stage:
                    stage = Encoding.UTF8.GetString(value);
                    break;
                case DeadLetterHeaders.Plugin:
                    plugin = Encoding.UTF8.GetString(value);
                    break;
            }
        }

        if (topicId is null || offset is null || count is null or > int.MaxValue || partition is null or > int.MaxValue)
        {
            return null;
        }

        return new Replay(
            topicId.Value, (int)partition, offset.Value, (int)Math.Min(attempts, int.MaxValue / 2), (int)count,
            stage == DeadLetter.NameOf(DeadLetterStage.Output) ? plugin : null);
    }

    private static long? ReadNumber(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length && value >= 0 ? value : null;

    private static Guid? ReadTopicId(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        return text.Length == KafkaUuid.TextLength
            && Base64Url.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done
            && written == bytes.Length
            ? new Guid(bytes, bigEndian: true)
            : null;
    }
}
