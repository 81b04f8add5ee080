using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Configs of groups as bytes of the state log <c>groups</c>, in the primitives of Kafka's protocol (compact). Without
/// an entry a group has none.
/// <code>
/// key   'f' | group id, UTF-8
/// value version int8 = 0 | configs [ name | value ]
/// </code>
/// </summary>
internal static class GroupConfigCodec
{
    private const byte KeyTag = (byte)'f';

    public static bool IsKey(ReadOnlyMemory<byte> key) => !key.IsEmpty && key.Span[0] == KeyTag;

    public static byte[] EncodeKey(string groupId) => [KeyTag, .. Encoding.UTF8.GetBytes(groupId)];

    public static string DecodeKey(ReadOnlyMemory<byte> key) => Encoding.UTF8.GetString(key.Span[1..]);

    public static byte[] Encode(IReadOnlyDictionary<string, string> overrides)
    {
        using var writer = new KafkaWriter();
        GroupStateFormat.WriteVersion(writer);
        writer.WriteArrayLength(overrides.Count, compact: true);
        foreach (var (name, value) in overrides)
        {
            writer.WriteString(name, compact: true);
            writer.WriteString(value, compact: true);
        }

        return writer.ToArray();
    }

    /// <exception cref="ProtocolViolationException">Not an entry of this store.</exception>
    public static Dictionary<string, string> Decode(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        GroupStateFormat.RequireVersion(ref reader);
        var overrides = new Dictionary<string, string>();
        for (var left = reader.ReadArrayLength(compact: true, elementBytesMin: 2); left > 0; left--)
        {
            var name = reader.ReadString(compact: true);
            overrides[name] = reader.ReadString(compact: true);
        }

        return overrides;
    }
}
