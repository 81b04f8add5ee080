using System.Buffers.Binary;
using System.Text;

namespace LogFlow.Queue;

/// <summary>
/// Reads the topics out of a consumer's protocol metadata (ConsumerProtocolSubscription): version int16, topics
/// array of string (int32 count; int16 length, UTF-8), then user data and later fields, which are not needed here.
/// </summary>
internal static class ConsumerSubscription
{
    /// <summary>False where the bytes are not a consumer's subscription (another kind of group).</summary>
    public static bool TryContains(ReadOnlySpan<byte> metadata, string topic, out bool contains)
    {
        contains = false;
        if (metadata.Length < 6)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadInt32BigEndian(metadata[2..]);
        var rest = metadata[6..];
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < 2)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadInt16BigEndian(rest);
            if (length < 0 || rest.Length < 2 + length)
            {
                return false;
            }

            contains |= Encoding.UTF8.GetString(rest.Slice(2, length)) == topic;
            rest = rest[(2 + length)..];
        }

        return count >= 0;
    }
}
