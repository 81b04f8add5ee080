using System.Buffers;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Turns a record's bytes into events, and an event into bytes. Stateless and thread-safe.
/// </summary>
public interface ICodec
{
    /// <summary>
    /// Reads the events of one record. What cannot be read becomes an event with the text in <c>message</c> and the
    /// codec's failure tag, as in Logstash: nothing is lost.
    /// </summary>
    /// <param name="bytes">The record; must stay valid while the events live.</param>
    /// <param name="now">The <c>@timestamp</c> of events that have none.</param>
    /// <param name="batch">Takes the events; they live until it is emptied.</param>
    void Decode(ReadOnlyMemory<byte> bytes, EventTimestamp now, PipelineBatch batch);

    /// <summary>Writes an event.</summary>
    void Encode(Event source, IBufferWriter<byte> output);
}
