using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Codec <c>rubydebug</c>: an event for people to read, one field per line. Output only.</summary>
internal sealed class RubyDebugCodec(bool withMetadata) : ICodec
{
    public static PluginSpec Spec { get; } = new(
        PluginKind.Codec,
        "rubydebug",
        new SettingSpec("metadata", SettingType.Boolean) { Default = false })
    {
        CreateCodec = context => new RubyDebugCodec(context.Settings.Boolean("metadata")),
    };

    public void Decode(ReadOnlyMemory<byte> bytes, EventTimestamp now, PipelineBatch batch) =>
        batch.Events.Add(PlainCodec.ToEvent(bytes, now));

    public void Encode(Event source, IBufferWriter<byte> output)
    {
        var builder = new StringBuilder();
        var fields = source.Fields;
        if (withMetadata && source.Metadata is { } metadata)
        {
            fields = fields.DeepClone();
            fields["@metadata"] = EventValue.Of(metadata);
        }
        Append(builder, fields, 0);
        builder.Append('\n');
        Encoding.UTF8.GetBytes(builder.ToString(), output);
    }

    private static void Append(StringBuilder builder, EventMap map, int indent)
    {
        if (map.Count == 0)
        {
            builder.Append("{}");
            return;
        }
        var width = 0;
        for (var i = 0; i < map.Count; i++)
        {
            width = Math.Max(width, map.NameAt(i).Length);
        }
        builder.Append("{\n");
        for (var i = 0; i < map.Count; i++)
        {
            var name = map.NameAt(i);
            builder.Append(' ', indent + 4 + width - name.Length).Append('"').Append(name).Append("\" => ");
            Append(builder, map.ValueAt(i), indent + 4);
            builder.Append(i + 1 < map.Count ? ",\n" : "\n");
        }
        builder.Append(' ', indent).Append('}');
    }

    private static void Append(StringBuilder builder, EventValue value, int indent)
    {
        switch (value.Kind)
        {
            case ValueKind.Map:
                Append(builder, value.Map!, indent);
                break;
            case ValueKind.List:
                Append(builder, value.List!, indent);
                break;
            case ValueKind.Timestamp:
                builder.Append(value.Timestamp.ToString());
                break;
            case ValueKind.Null:
                builder.Append("nil");
                break;
            default:
                builder.Append(EventJson.ToJsonString(value));
                break;
        }
    }

    private static void Append(StringBuilder builder, EventList list, int indent)
    {
        builder.Append("[\n");
        for (var i = 0; i < list.Count; i++)
        {
            builder.Append(' ', indent + 4).Append('[').Append(i).Append("] ");
            Append(builder, list[i], indent + 4);
            builder.Append(i + 1 < list.Count ? ",\n" : "\n");
        }
        builder.Append(' ', indent).Append(']');
    }
}
