using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Users as bytes of the state log <c>users</c>, in the primitives of Kafka's protocol (compact).
/// <code>
/// key   's' | mechanism int8 (1: SCRAM-SHA-256, 2: SCRAM-SHA-512) | name, UTF-8
/// value version int8 = 0 | iterations int32 | salt bytes | stored key bytes | server key bytes
/// </code>
/// </summary>
internal static class UserCodec
{
    private const byte KeyTag = (byte)'s';
    private const int KeyPrefixBytes = 2;
    private const sbyte Version = 0;

    public static byte[] EncodeKey(string user, SaslMechanism mechanism) =>
        [KeyTag, (byte)mechanism.ScramType, .. Encoding.UTF8.GetBytes(user)];

    /// <summary>False: an entry of something else, of a later version perhaps.</summary>
    public static bool TryDecodeKey(ReadOnlySpan<byte> key, out string user, out SaslMechanism mechanism)
    {
        user = "";
        mechanism = SaslMechanism.Plain;
        if (key.Length <= KeyPrefixBytes || key[0] != KeyTag
            || SaslMechanism.FindScram((sbyte)key[1]) is not { } found)
        {
            return false;
        }

        mechanism = found;
        user = Encoding.UTF8.GetString(key[KeyPrefixBytes..]);
        return true;
    }

    public static byte[] Encode(ScramCredential credential)
    {
        using var writer = new KafkaWriter();
        writer.WriteInt8(Version);
        writer.WriteInt32(credential.Iterations);
        writer.WriteBytes(credential.Salt, compact: true);
        writer.WriteBytes(credential.StoredKey, compact: true);
        writer.WriteBytes(credential.ServerKey, compact: true);
        return writer.ToArray();
    }

    /// <exception cref="ProtocolViolationException">Not an entry of this store.</exception>
    public static ScramCredential Decode(ReadOnlyMemory<byte> value)
    {
        var reader = new KafkaReader(value);
        var version = reader.ReadInt8();
        if (version != Version)
        {
            throw new ProtocolViolationException($"a user of version {version}; this queue knows {Version}");
        }

        var iterations = reader.ReadInt32();
        return new ScramCredential(
            reader.ReadBytes(compact: true).ToArray(),
            reader.ReadBytes(compact: true).ToArray(),
            reader.ReadBytes(compact: true).ToArray(),
            iterations);
    }
}
