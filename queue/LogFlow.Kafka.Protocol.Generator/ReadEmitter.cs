namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>Writes the Read method of a message or struct.</summary>
internal static class ReadEmitter
{
    private const string Reader = "ref global::LogFlow.Kafka.Protocol.KafkaReader reader";
    private const string Capacity = "global::LogFlow.Kafka.Protocol.KafkaReader.InitialCapacity(count)";

    public static void Emit(SourceBuilder source, EmitContext context, StructTable owner)
    {
        var isRoot = owner == context.Message.Root;
        if (isRoot)
        {
            source.Line("/// <inheritdoc/>");
        }

        source.Open($"{(isRoot ? "public" : "internal")} static {owner.Name} Read({Reader}, short version)");
        if (isRoot)
        {
            source.Line("global::LogFlow.Kafka.Protocol.MessageVersions.Check("
                + $"nameof({owner.Name}), version, MinVersion, MaxVersion);");
        }

        WriteEmitter.EmitFlexibleLocal(source, context);
        source.Line($"var message = new {owner.Name}();");
        foreach (var field in owner.Fields)
        {
            if (!field.IsTagged)
            {
                var opened = source.OpenIf(context.Condition(field));
                EmitField(source, context, field);
                source.CloseIf(opened);
            }
        }

        if (context.IsEverFlexible)
        {
            var opened = source.OpenIf(context.IsAlwaysFlexible ? null : "flexible");
            EmitTags(source, context, owner);
            source.CloseIf(opened);
        }

        source.Line("return message;");
        source.Close();
    }

    private static void EmitTags(SourceBuilder source, EmitContext context, StructTable owner)
    {
        var tagged = owner.Fields.FindAll(field => field.IsTagged);
        if (tagged.Count == 0)
        {
            source.Line("reader.SkipTaggedFields();");
            return;
        }

        source.Open("for (var left = reader.ReadTaggedFieldCount(); left > 0; left--)");
        source.Line("var tag = reader.ReadTag(out var end);");
        source.Open("switch (tag)");
        foreach (var field in tagged)
        {
            var condition = context.Condition(field.Versions, context.Flexible);
            source.Line($"case {field.Tag}{(condition == null ? "" : $" when {condition}")}:");
            source.Open();
            EmitField(source, context, field);
            source.Line("reader.EndTaggedField(end);");
            source.Line("break;");
            source.Close();
        }

        source.Line("default:");
        source.Open();
        source.Line("reader.SkipTo(end);");
        source.Line("break;");
        source.Close();
        source.Close();
        source.Close();
    }

    private static void EmitField(SourceBuilder source, EmitContext context, FieldTable field)
    {
        if (field.IsArray)
        {
            EmitArray(source, context, field);
            return;
        }

        source.Line($"message.{field.Name} = {Value(context, field)};");
    }

    private static string Value(EmitContext context, FieldTable field)
    {
        if (!field.IsNullable)
        {
            return Element(context, field);
        }

        var flexible = context.FlexibleExpression;
        var nullable = field.Type switch
        {
            WireType.String => $"reader.ReadNullableString({flexible})",
            WireType.Struct => $"reader.ReadPresence() ? {Element(context, field)} : null",
            _ => $"reader.ReadNullableBytes({flexible})",
        };
        var condition = context.NullableCondition(field);
        return condition == null ? nullable : $"{condition} ? {nullable} : {Element(context, field)}";
    }

    private static string Element(EmitContext context, FieldTable field) => field.Type switch
    {
        WireType.Error => "(global::LogFlow.Kafka.Protocol.ErrorCode)reader.ReadInt16()",
        WireType.String => $"reader.ReadString({context.FlexibleExpression})",
        WireType.Bytes or WireType.Records => $"reader.ReadBytes({context.FlexibleExpression})",
        // Qualified: a property may have the struct's name.
        WireType.Struct => $"{context.Message.ClassName}.{field.StructName}.Read(ref reader, version)",
        _ => $"reader.Read{field.Type}()",
    };

    private static void EmitArray(SourceBuilder source, EmitContext context, FieldTable field)
    {
        var arguments = $"{context.FlexibleExpression}, {context.ElementBytesMin(field.Type, field.StructName)}";
        var notNull = $"reader.ReadArrayLength({arguments})";
        var nullable = $"reader.ReadNullableArrayLength({arguments})";
        source.Open();
        if (!field.IsNullable)
        {
            source.Line($"var count = {notNull};");
            EmitElements(source, context, field);
        }
        else
        {
            var condition = context.NullableCondition(field);
            source.Line($"var count = {(condition == null ? nullable : $"{condition} ? {nullable} : {notNull}")};");
            source.Open("if (count < 0)");
            source.Line($"message.{field.Name} = null;");
            source.Close();
            source.Open("else");
            EmitElements(source, context, field);
            source.Close();
        }

        source.Close();
    }

    private static void EmitElements(SourceBuilder source, EmitContext context, FieldTable field)
    {
        if (field.DefaultsToNull)
        {
            var list = $"global::System.Collections.Generic.List<{EmitContext.ElementType(field)}>";
            source.Line($"var list = new {list}({Capacity});");
        }
        else
        {
            // The property starts as an empty list: fill that one.
            source.Line($"var list = message.{field.Name}{(field.IsNullable ? "!" : "")};");
            source.Line($"list.EnsureCapacity({Capacity});");
        }

        source.Open("for (var i = 0; i < count; i++)");
        source.Line($"list.Add({Element(context, field)});");
        source.Close();
        if (field.DefaultsToNull)
        {
            source.Line($"message.{field.Name} = list;");
        }
    }
}
