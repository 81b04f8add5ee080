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

    /// <summary>The id that a text stands for; false where it is none.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id = default;
        if (text.Length != TextLength
            || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written)
            || written != bytes.Length)
        {
            return false;
        }

        id = new Guid(bytes, bigEndian: true);
        return true;
    }
}
