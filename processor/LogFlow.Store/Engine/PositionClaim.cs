using System.Buffers.Text;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// One entry of the header <c>X-LogFlow-Positions</c>: this bulk covers the offsets [First, Next) of a partition.
/// </summary>
/// <param name="TopicId">The topic's incarnation.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="First">The first offset covered.</param>
/// <param name="Next">The offset after the last one covered.</param>
/// <param name="Begins">Flag <c>b</c>: the sender knows that the store has no position of this partition yet.</param>
internal readonly record struct PositionClaim(Guid TopicId, int Partition, long First, long Next, bool Begins)
{
    /// <summary>Reads the header; null where it is malformed.</summary>
    public static PositionClaim[]? Parse(string header)
    {
        var parts = header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var claims = new PositionClaim[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryParse(Encoding.UTF8.GetBytes(parts[i]), out claims[i]))
            {
                return null;
            }
        }

        return claims.Length > 0 ? claims : null;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out PositionClaim claim)
    {
        claim = default;
        if (text.Length < DocumentId.TopicTextLength
            || !DocumentId.TryParseTopic(text[..DocumentId.TopicTextLength], out var topicId))
        {
            return false;
        }

        var rest = text[DocumentId.TopicTextLength..];
        if (!Number(ref rest, out var partition) || !Number(ref rest, out var first) || !Number(ref rest, out var next)
            || partition > int.MaxValue || next < first)
        {
            return false;
        }

        var begins = rest.SequenceEqual(":b"u8);
        claim = new PositionClaim(topicId, (int)partition, first, next, begins);
        return rest.IsEmpty || begins;
    }

    private static bool Number(ref ReadOnlySpan<byte> rest, out long value)
    {
        value = 0;
        if (rest.Length < 2 || rest[0] != ':' || !Utf8Parser.TryParse(rest[1..], out value, out var used) || value < 0)
        {
            return false;
        }

        rest = rest[(used + 1)..];
        return true;
    }
}
