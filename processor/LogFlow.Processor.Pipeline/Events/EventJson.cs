using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Events and values as JSON: unchanged members by copying their original bytes, the rest printed.</summary>
internal static partial class EventJson
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
        for (var i = 0; i < members.Length;)
        {
            ref readonly var member = ref members[i];
            if (IsUnchanged(in member))
            {
                if (i > 0)
                {
                    writer.Byte((byte)',');
                }
                WriteUnchanged(ref writer, source, members, ref i);
                continue;
            }
            WriteName(ref writer, source, in member, isFirst: i == 0);
            Write(ref writer, member.Value);
            i++;
        }
        writer.Byte((byte)'}');
    }

    /// <summary>Copies members as they stand in the JSON, neighbours in one piece.</summary>
    private static void WriteUnchanged(
        ref JsonOutput writer, ReadOnlySpan<byte> source, ReadOnlySpan<EventMember> members, ref int index)
    {
        ref readonly var member = ref members[index++];
        if (!IsCompact(in member))
        {
            writer.Raw(source.Slice(member.NameOffset - 1, member.NameLength + 2));
            writer.Byte((byte)':');
            writer.Raw(source.Slice(member.ValueOffset, member.ValueLength));
            return;
        }
        var start = member.NameOffset - 1;
        var end = member.ValueOffset + member.ValueLength;
        while (index < members.Length)
        {
            // One byte between a value and the next name's quote can only be the comma.
            ref readonly var next = ref members[index];
            if (next.NameOffset != end + 2 || !IsCompact(in next) || !IsUnchanged(in next))
            {
                break;
            }
            end = next.ValueOffset + next.ValueLength;
            index++;
        }
        writer.Raw(source[start..end]);
    }

    /// <summary>Whether only the colon stands between name and value.</summary>
    private static bool IsCompact(in EventMember member) =>
        member.ValueOffset == member.NameOffset + member.NameLength + 2;

    private static void WriteName(
        ref JsonOutput writer, ReadOnlySpan<byte> source, in EventMember member, bool isFirst)
    {
        if (member.Key is FieldSegment { JsonName: var name } && member.NameOffset < 0)
        {
            writer.Raw(isFirst ? name.AsSpan(1) : name);
            return;
        }
        if (!isFirst)
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
    }

    private static bool IsUnchanged(in EventMember member) => member.ValueOffset >= 0
        && (member.Value.IsMissing
            || (member.Value.Map is { } map ? !map.IsModified : member.Value.List is not { IsModified: true }));

    private static void Write(ref JsonOutput writer, EventValue value)
    {
        if (value.IsString)
        {
            writer.String(value.Span);
            return;
        }
        if (value.Map is { } map)
        {
            Write(ref writer, map);
            return;
        }
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
            case ValueKind.Timestamp:
                writer.Timestamp(value.Timestamp);
                break;
            case ValueKind.List:
                Write(ref writer, value.List!);
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
