using System.Buffers;
using LogFlow.Bulk;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Agent;

/// <summary>Writes events to standard output, one a line.</summary>
internal sealed class ConsoleBatchSink(
    TextCodecConfig codec, Stream output, TopicIdentity lanes, SinkContext context) : SerialBatchSink(
        lanes, "The console", new BackoffPolicy(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)), context)
{
    private readonly EventTextWriter _writer = new(codec, "filebeat", context.Identity);

    protected override async Task DeliverAsync(ReadOnlyMemory<Record> events, CancellationToken cancellationToken)
    {
        var text = new ArrayBufferWriter<byte>();
        for (var index = 0; index < events.Length; index++)
        {
            _writer.Write(text, events.Span[index]);
            text.Write("\n"u8);
        }

        await output.WriteAsync(text.WrittenMemory, cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    protected override ValueTask CloseAsync() => output.DisposeAsync();
}
