using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// ACLs as bytes of the state log <c>acls</c>, in the primitives of Kafka's protocol (compact). An ACL has nothing but
/// itself, so all of it is in the key.
/// <code>
/// key   'a' | resource type int8 | pattern type int8 | operation int8 | permission int8 | resource name string
///       | principal string | host string
/// value version int8 = 0
/// </code>
/// </summary>
internal static class AclCodec
{
    private const byte KeyTag = (byte)'a';
    private const byte Version = 0;

    /// <summary>The value of every entry.</summary>
    public static byte[] Value { get; } = [Version];

    public static byte[] EncodeKey(AclBinding acl)
    {
        using var writer = new KafkaWriter();
        writer.WriteInt8((sbyte)KeyTag);
        writer.WriteInt8((sbyte)acl.ResourceType);
        writer.WriteInt8((sbyte)acl.PatternType);
        writer.WriteInt8((sbyte)acl.Operation);
        writer.WriteInt8((sbyte)acl.Permission);
        writer.WriteString(acl.ResourceName, compact: true);
        writer.WriteString(acl.Principal, compact: true);
        writer.WriteString(acl.Host, compact: true);
        return writer.ToArray();
    }

    /// <summary>Null: an entry of something else.</summary>
    /// <exception cref="ProtocolViolationException">
    /// It is an ACL, and not one that this queue understands: to pass one over could let somebody in.
    /// </exception>
    public static AclBinding? Decode(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (key.IsEmpty || key.Span[0] != KeyTag)
        {
            return null;
        }

        if (value.IsEmpty || value.Span[0] != Version)
        {
            throw new ProtocolViolationException($"an ACL of another version; this queue knows {Version}");
        }

        var reader = new KafkaReader(key[1..]);
        var resourceType = (AclResourceType)reader.ReadInt8();
        var patternType = (AclPatternType)reader.ReadInt8();
        var operation = (AclOperation)reader.ReadInt8();
        var permission = (AclPermission)reader.ReadInt8();
        return new AclBinding(
            resourceType,
            patternType,
            reader.ReadString(compact: true),
            reader.ReadString(compact: true),
            reader.ReadString(compact: true),
            operation,
            permission);
    }
}
