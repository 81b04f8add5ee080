namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>Writes the Write method of a message or struct.</summary>
internal static class WriteEmitter
{
    private const string Writer = "global::LogFlow.Kafka.Protocol.KafkaWriter writer";
    private const string NullNotAllowed = "global::LogFlow.Kafka.Protocol.MessageVersions.NullNotAllowed";

    public static void Emit(SourceBuilder source, EmitContext context, StructTable owner)
    {
        var isRoot = owner == context.Message.Root;
        if (isRoot)
        {
            source.Line("/// <inheritdoc/>");
        }

        source.Open($"{(isRoot ? "public" : "internal")} void Write({Writer}, short version)");
        if (isRoot)
        {
            source.Line("global::LogFlow.Kafka.Protocol.MessageVersions.Check("
                + $"nameof({owner.Name}), version, MinVersion, MaxVersion);");
        }

        EmitFlexibleLocal(source, context);
        foreach (var field in owner.Fields)
        {
            if (!field.IsTagged)
            {
                var opened = source.OpenIf(context.Condition(field));
                EmitField(source, context, owner, field, field.Name);
                source.CloseIf(opened);
            }
        }

        if (context.IsEverFlexible)
        {
            var opened = source.OpenIf(context.IsAlwaysFlexible ? null : "flexible");
            EmitTags(source, context, owner);
            source.CloseIf(opened);
        }

        source.Close();
    }

    /// <summary>Declares <c>flexible</c> where the method needs it.</summary>
    public static void EmitFlexibleLocal(SourceBuilder source, EmitContext context)
    {
        if (context.IsEverFlexible && !context.IsAlwaysFlexible)
        {
            source.Line($"var flexible = version >= {context.Flexible.Min};");
        }
    }

    /// <summary>C# expression: does the field have its default?</summary>
    public static string IsDefault(FieldTable field, string value)
    {
        if (field.IsLazyStruct)
        {
            return $"(_{field.Name} is null || _{field.Name}.IsDefault)";
        }

        if (field.DefaultsToNull)
        {
            return $"{value} is null";
        }

        if (field.IsArray)
        {
            return $"{value} is {{ Count: 0 }}";
        }

        return field.Type switch
        {
            WireType.String => $"{value} == \"{field.Default}\"",
            WireType.Bytes or WireType.Records when field.IsNullable => $"{value} is {{ IsEmpty: true }}",
            WireType.Bytes or WireType.Records => $"{value}.IsEmpty",
            WireType.Uuid => $"{value} == global::System.Guid.Empty",
            WireType.Error => $"(short){value} == {field.Default ?? "0"}",
            WireType.Bool => field.Default == "true" ? value : $"!{value}",
            WireType.Struct => $"{value} is null",
            _ => $"{value} == {field.Default ?? "0"}",
        };
    }

    private static void EmitTags(SourceBuilder source, EmitContext context, StructTable owner)
    {
        var tagged = owner.Fields.FindAll(field => field.IsTagged);
        if (tagged.Count == 0)
        {
            source.Line("writer.WriteUnsignedVarint(0);");
            return;
        }

        tagged.Sort((left, right) => left.Tag.CompareTo(right.Tag));
        foreach (var field in tagged)
        {
            var condition = context.Condition(field.Versions, context.Flexible);
            var isSet = $"!({IsDefault(field, field.Name)})";
            source.Line($"var has{field.Name} = {(condition == null ? isSet : $"{condition} && {isSet}")};");
        }

        var count = string.Join(" + ", tagged.ConvertAll(field => $"(has{field.Name} ? 1u : 0u)"));
        source.Line($"writer.WriteUnsignedVarint({count});");
        foreach (var field in tagged)
        {
            source.Open($"if (has{field.Name})");
            source.Line($"var start = writer.BeginTaggedField({field.Tag});");
            EmitField(source, context, owner, field, field.IsLazyStruct ? $"_{field.Name}!" : field.Name);
            source.Line("writer.EndTaggedField(start);");
            source.Close();
        }
    }

    private static void EmitField(
        SourceBuilder source, EmitContext context, StructTable owner, FieldTable field, string value)
    {
        if (!field.IsNullable)
        {
            EmitNotNull(source, context, field, value);
            return;
        }

        source.Open($"if ({value} is null)");
        var condition = context.NullableCondition(field);
        if (condition != null)
        {
            source.Open($"if (!({condition}))");
            source.Line($"throw {NullNotAllowed}(\"{owner.Name}.{field.Name}\", version);");
            source.Close();
        }

        var flexible = context.FlexibleExpression;
        source.Line((field.IsArray, field.Type) switch
        {
            (true, _) => $"writer.WriteNullArray({flexible});",
            (_, WireType.Struct) => "writer.WriteInt8(-1);",
            (_, WireType.String) => $"writer.WriteNullString({flexible});",
            _ => $"writer.WriteNullBytes({flexible});",
        });
        source.Close();
        source.Open("else");
        if (!field.IsArray && field.Type == WireType.Struct)
        {
            source.Line("writer.WriteInt8(1);");
        }

        var isMemory = !field.IsArray && field.Type is WireType.Bytes or WireType.Records;
        EmitNotNull(source, context, field, isMemory ? $"{value}.GetValueOrDefault()" : value);
        source.Close();
    }

    private static void EmitNotNull(SourceBuilder source, EmitContext context, FieldTable field, string value)
    {
        if (!field.IsArray)
        {
            source.Line(Element(context, field, value));
            return;
        }

        source.Line($"writer.WriteArrayLength({value}.Count, {context.FlexibleExpression});");
        var span = $"global::System.Runtime.InteropServices.CollectionsMarshal.AsSpan({value})";
        source.Open($"foreach (var element in {span})");
        source.Line(Element(context, field, "element"));
        source.Close();
    }

    private static string Element(EmitContext context, FieldTable field, string value) => field.Type switch
    {
        WireType.Error => $"writer.WriteInt16((short){value});",
        WireType.String or WireType.Bytes or WireType.Records =>
            $"writer.Write{field.Type}({value}, {context.FlexibleExpression});",
        WireType.Struct => $"{value}.Write(writer, version);",
        _ => $"writer.Write{field.Type}({value});",
    };
}
