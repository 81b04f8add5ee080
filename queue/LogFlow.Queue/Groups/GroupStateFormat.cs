using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What the values of both kinds of group have in common in the state log.</summary>
internal static class GroupStateFormat
{
    private const sbyte CurrentVersion = 0;

    public static void WriteVersion(KafkaWriter writer) => writer.WriteInt8(CurrentVersion);

    /// <exception cref="ProtocolViolationException">A newer LogFlow wrote the value.</exception>
    public static void RequireVersion(ref KafkaReader reader)
    {
        var version = reader.ReadInt8();
        if (version != CurrentVersion)
        {
            throw new ProtocolViolationException(
                $"group state version {version} was written by a newer LogFlow; this one reads {CurrentVersion}");
        }
    }

    public static void WriteNullable(KafkaWriter writer, string? text)
    {
        if (text is null)
        {
            writer.WriteNullString(compact: true);
        }
        else
        {
            writer.WriteString(text, compact: true);
        }
    }
}
