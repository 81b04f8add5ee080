using System.Buffers;
using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary>
/// An event as outputs see it: to be read and written, never changed. One event goes to all outputs of a pipeline; what
/// one of them writes must not depend on those before it.
/// </summary>
internal readonly ref struct EventView(Event item)
{
    private readonly Event _item = item;

    public EventValue Get(FieldReference field) => _item.Get(field);

    /// <summary>Fills in a text; what the event has no value for stays as written.</summary>
    public string Format(EventTemplate template, EventTimestamp now) => template.Format(_item, now);

    /// <summary>Fills in a text that makes no sense half filled in.</summary>
    /// <exception cref="EventFieldException">The event has no value for one of its fields.</exception>
    public string Fill(string option, EventTemplate template, EventTimestamp now) =>
        template.FindUnresolved(_item) is { } missing
            ? throw new EventFieldException($"{option} cannot be filled in: the event has no {missing}")
            : template.Format(_item, now);

    /// <summary>Writes the event as one JSON object, with fields that are not its own.</summary>
    public void WriteJson(IBufferWriter<byte> output, ReadOnlySpan<EventAddition> additions) =>
        _item.WriteJson(output, additions);

    public void Encode(ICodec codec, IBufferWriter<byte> output) => codec.Encode(_item, output);
}
