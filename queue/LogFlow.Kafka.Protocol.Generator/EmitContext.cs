namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>The message being written out, and the small questions every part of the emitter asks about it.</summary>
internal sealed class EmitContext
{
    public EmitContext(MessageTable message)
    {
        Message = message;
        Flexible = message.Flexible.Intersect(message.Versions);
    }

    public MessageTable Message { get; }

    /// <summary>The flexible versions among the message's own.</summary>
    public VersionRange Flexible { get; }

    public bool IsEverFlexible => !Flexible.IsEmpty;

    public bool IsAlwaysFlexible => IsEverFlexible && Flexible.Covers(Message.Versions);

    /// <summary>C# expression: does this version have compact lengths?</summary>
    public string FlexibleExpression => IsAlwaysFlexible ? "true" : IsEverFlexible ? "flexible" : "false";

    /// <summary>C# condition for a range of versions, or null when every version satisfies it.</summary>
    public string? Condition(VersionRange range, VersionRange within)
    {
        var checksMin = range.Min > within.Min;
        var checksMax = range.Max < within.Max;
        return (checksMin, checksMax) switch
        {
            (true, true) when range.Min == range.Max => $"version == {range.Min}",
            (true, true) => $"version is >= {range.Min} and <= {range.Max}",
            (true, false) => $"version >= {range.Min}",
            (false, true) => $"version <= {range.Max}",
            _ => null,
        };
    }

    public string? Condition(FieldTable field) => Condition(field.Versions, Message.Versions);

    /// <summary>The condition under which a field may be null: null for always; ask only for nullable fields.</summary>
    public string? NullableCondition(FieldTable field) => Condition(field.Nullable, field.Versions);

    /// <summary>The fewest bytes one value of a type takes in any version: what bounds array counts.</summary>
    public int ElementBytesMin(WireType type, string? structName) => type switch
    {
        WireType.Int8 or WireType.Bool => 1,
        WireType.Int16 or WireType.UInt16 or WireType.Error => 2,
        WireType.Int32 => 4,
        WireType.Int64 or WireType.Float64 => 8,
        WireType.Uuid => 16,
        WireType.String => IsEverFlexible ? 1 : 2,
        WireType.Bytes or WireType.Records => IsEverFlexible ? 1 : 4,
        _ => Math.Max(1, StructBytesMin(Message.FindStruct(structName!)!)),
    };

    private int StructBytesMin(StructTable type)
    {
        var sum = 0;
        foreach (var field in type.Fields)
        {
            if (field.IsTagged || !field.Versions.Covers(Message.Versions))
            {
                continue;
            }

            sum += field.IsArray
                ? (IsEverFlexible ? 1 : 4)
                : field.IsNullable && field.Type == WireType.Struct
                    ? 1
                    : ElementBytesMin(field.Type, field.StructName);
        }

        return sum;
    }

    public static string ElementType(FieldTable field) => field.Type switch
    {
        WireType.Int8 => "sbyte",
        WireType.Int16 => "short",
        WireType.Int32 => "int",
        WireType.Int64 => "long",
        WireType.UInt16 => "ushort",
        WireType.Bool => "bool",
        WireType.Float64 => "double",
        WireType.Uuid => "global::System.Guid",
        WireType.Error => "global::LogFlow.Kafka.Protocol.ErrorCode",
        WireType.String => "string",
        WireType.Bytes or WireType.Records => "global::System.ReadOnlyMemory<byte>",
        _ => field.StructName!,
    };

    public static string PropertyType(FieldTable field)
    {
        var type = field.IsArray
            ? $"global::System.Collections.Generic.List<{ElementType(field)}>"
            : ElementType(field);
        return field.IsNullable ? type + "?" : type;
    }
}
