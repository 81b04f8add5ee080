using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Codecs <c>json</c> and <c>json_lines</c>: one JSON object per event; a list of objects is several events.
/// </summary>
/// <param name="delimiter">What stands behind each object; null: the bytes are one.</param>
/// <param name="target">Where the object goes; null: it is the event.</param>
internal sealed class JsonCodec(byte[]? delimiter, FieldReference? target) : ICodec
{
    private const string FailureTag = "_jsonparsefailure";

    public static PluginSpec Spec { get; } = new(
        PluginKind.Codec,
        "json",
        CharsetCodec.Setting,
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] },
        new SettingSpec("target", SettingType.FieldReference))
    {
        CreateCodec = context => CharsetCodec.Wrap(context, new JsonCodec(null, context.FieldOf("target"))),
    };

    public static PluginSpec LinesSpec { get; } = new(
        PluginKind.Codec,
        "json_lines",
        CharsetCodec.Setting,
        new SettingSpec("delimiter", SettingType.String) { Default = "\n" },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] },
        new SettingSpec("target", SettingType.FieldReference))
    {
        CreateCodec = context => CharsetCodec.Wrap(context, new JsonCodec(
            Encoding.UTF8.GetBytes(context.Settings.String("delimiter") is { Length: > 0 } text ? text : "\n"),
            context.FieldOf("target"))),
    };

    public void Decode(ReadOnlyMemory<byte> bytes, EventTimestamp now, PipelineBatch batch)
    {
        if (delimiter is null)
        {
            DecodeOne(bytes, now, batch);
            return;
        }
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf(delimiter);
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + delimiter.Length)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                DecodeOne(line, now, batch);
            }
        }
    }

    public void Encode(Event source, IBufferWriter<byte> output)
    {
        source.WriteJson(output);
        if (delimiter is not null)
        {
            output.Write(delimiter);
        }
    }

    private void DecodeOne(ReadOnlyMemory<byte> bytes, EventTimestamp now, PipelineBatch batch)
    {
        if (target is null && Event.TryFromPooledJson(bytes, now, batch.Pool, out var single, out _))
        {
            batch.Events.Add(single);
            return;
        }
        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            // As in Logstash: a blank text is no event, and neither is an empty list.
            return;
        }
        var value = JsonScanner.TryReadValue(JsonScanner.EnsureUtf8(bytes), out _);
        if (value.Map is { } map)
        {
            batch.Events.Add(ToEvent(map, now));
            return;
        }
        if (value.List is { } list && AreMaps(list))
        {
            for (var i = 0; i < list.Count; i++)
            {
                batch.Events.Add(ToEvent(list[i].Map!, now));
            }
            return;
        }
        var failed = PlainCodec.ToEvent(bytes, now);
        failed.Tag(FailureTag);
        batch.Events.Add(failed);
    }

    private Event ToEvent(EventMap map, EventTimestamp now)
    {
        if (target is null)
        {
            return Event.FromMap(map, now);
        }
        var created = new Event(now);
        created.Set(target, EventValue.Of(map));
        return created;
    }

    private static bool AreMaps(EventList list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Map is null)
            {
                return false;
            }
        }
        return true;
    }
}
