using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Events and values as JSON: unchanged members by copying their original bytes, the rest printed.</summary>
internal static class EventJson
{
    /// <summary>A value as JSON text.</summary>
    public static string ToJsonString(EventValue value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        WriteValue(buffer, value);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes a value as JSON.</summary>
    public static void WriteValue(IBufferWriter<byte> output, EventValue value)
    {
        var writer = new JsonOutput(output);
        Write(ref writer, value);
        writer.Flush();
    }

    /// <summary>Writes a map as JSON.</summary>
    public static void WriteMap(IBufferWriter<byte> output, EventMap map)
    {
        var writer = new JsonOutput(output);
        Write(ref writer, map);
        writer.Flush();
    }

    public static void Write(ref JsonOutput writer, EventMap map)
    {
        var source = map.Source.Span;
        var members = map.Members;
        writer.Byte((byte)'{');
        for (var i = 0; i < members.Length; i++)
        {
            ref readonly var member = ref members[i];
            if (i > 0)
            {
                writer.Byte((byte)',');
            }
            if (member.NameOffset >= 0)
            {
                writer.Raw(source.Slice(member.NameOffset - 1, member.NameLength + 2));
            }
            else
            {
                writer.String(member.Name);
            }
            writer.Byte((byte)':');
            if (IsUnchanged(in member))
            {
                writer.Raw(source.Slice(member.ValueOffset, member.ValueLength));
            }
            else
            {
                Write(ref writer, member.Value);
            }
        }
        writer.Byte((byte)'}');
    }

    private static bool IsUnchanged(in EventMember member) => member.ValueOffset >= 0 && member.Value.Kind switch
    {
        ValueKind.Map => !member.Value.Map!.IsModified,
        ValueKind.List => !member.Value.List!.IsModified,
        _ => true,
    };

    private static void Write(ref JsonOutput writer, EventValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Boolean:
                writer.Raw(value.Boolean ? "true"u8 : "false"u8);
                break;
            case ValueKind.Integer:
                writer.Integer(value.Integer);
                break;
            case ValueKind.Float:
                writer.Float(value.Float);
                break;
            case ValueKind.BigInteger:
                writer.Raw(Encoding.ASCII.GetBytes(value.ToText()));
                break;
            case ValueKind.String:
                writer.String(value.Span);
                break;
            case ValueKind.Timestamp:
                writer.Timestamp(value.Timestamp);
                break;
            case ValueKind.List:
                Write(ref writer, value.List!);
                break;
            case ValueKind.Map:
                Write(ref writer, value.Map!);
                break;
            default:
                writer.Raw("null"u8);
                break;
        }
    }

    private static void Write(ref JsonOutput writer, EventList list)
    {
        writer.Byte((byte)'[');
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0)
            {
                writer.Byte((byte)',');
            }
            Write(ref writer, list[i]);
        }
        writer.Byte((byte)']');
    }
}
