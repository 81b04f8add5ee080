using System.Buffers;
using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>Codec <c>line</c>: one event per line.</summary>
internal sealed class LineCodec(EventTemplate? format, string delimiter) : ICodec
{
    private readonly byte[] _delimiter = Encoding.UTF8.GetBytes(delimiter);

    public static PluginSpec Spec { get; } = new(
        PluginKind.Codec,
        "line",
        CharsetCodec.Setting,
        new SettingSpec("delimiter", SettingType.String) { Default = "\n" },
        new SettingSpec("ecs_compatibility", SettingType.String) { Allowed = ["disabled", "v1", "v8"] },
        new SettingSpec("format", SettingType.String))
    {
        CreateCodec = context => CharsetCodec.Wrap(context, new LineCodec(
            PlainCodec.FormatOf(context), context.Settings.String("delimiter") is { Length: > 0 } text ? text : "\n")),
    };

    public void Decode(ReadOnlyMemory<byte> bytes, EventTimestamp now, PipelineBatch batch)
    {
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf(_delimiter);
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + _delimiter.Length)..];
            batch.Events.Add(PlainCodec.ToEvent(line, now));
        }
    }

    public void Encode(Event source, IBufferWriter<byte> output)
    {
        PlainCodec.Write(format, source, output);
        output.Write(_delimiter);
    }
}
