using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Codec <c>plain</c>: the record is the message; written as the message or by a format.</summary>
internal sealed class PlainCodec(EventTemplate? format) : ICodec
{
    // Matches Logstash's Event#to_s, what plain writes without a format.
    private static readonly EventTemplate DefaultFormat = EventTemplate.Parse("%{@timestamp} %{host} %{message}");

    public static PluginSpec Spec { get; } = new(
        PluginKind.Codec,
        "plain",
        CharsetCodec.Setting,
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] },
        new SettingSpec("format", SettingType.String))
    {
        CreateCodec = context => CharsetCodec.Wrap(context, new PlainCodec(FormatOf(context))),
    };

    public void Decode(ReadOnlyMemory<byte> bytes, EventTimestamp now, PipelineBatch batch) =>
        batch.Events.Add(ToEvent(bytes, now));

    public void Encode(Event source, IBufferWriter<byte> output) => Write(format, source, output);

    internal static EventTemplate? FormatOf(PluginContext context) =>
        context.Settings.Value("format") is { } value ? context.Template(value) : null;

    internal static Event ToEvent(ReadOnlyMemory<byte> bytes, EventTimestamp now)
    {
        var created = new Event(now);
        created.Set(FieldReference.Message, EventValue.Of(Encoding.UTF8.GetString(bytes.Span)));
        return created;
    }

    internal static void Write(EventTemplate? format, Event source, IBufferWriter<byte> output)
    {
        var now = source.Timestamp ?? default;
        Encoding.UTF8.GetBytes((format ?? DefaultFormat).Format(source, now), output);
    }
}
