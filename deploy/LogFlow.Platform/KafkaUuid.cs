using System.Buffers.Text;

namespace LogFlow.Platform;

/// <summary>UUIDs as Kafka prints them: 16 big-endian bytes in base64url, 22 characters without padding.</summary>
public static class KafkaUuid
{
    /// <summary>Characters of the text.</summary>
    public const int TextLength = 22;

    /// <summary>The text.</summary>
    public static string Format(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
