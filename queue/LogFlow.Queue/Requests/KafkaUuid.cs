using System.Buffers.Text;

namespace LogFlow.Queue.Requests;

/// <summary>UUIDs as Kafka prints them: 16 big-endian bytes in base64url, 22 characters without padding.</summary>
internal static class KafkaUuid
{
    public static string Format(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
