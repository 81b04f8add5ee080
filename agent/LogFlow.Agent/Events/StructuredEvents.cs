using System.Text;
using System.Text.Json.Nodes;

namespace LogFlow.Agent;

/// <summary>
/// Makes events of one file where parsers or processors have a say. The order is Filebeat's: what the parsers found,
/// tags and fields, the input's processors, what the agent says of itself, the global processors.
/// </summary>
internal sealed class StructuredEvents
{
    /// <summary>Room for what is noted of a message that had to be cut.</summary>
    private const int CutSlack = 64;

    private readonly EventPipeline _pipeline;
    private readonly EventObject _template;
    private readonly EventObject _agent;
    private readonly EventObject _file;
    private readonly bool _isRaw;

    /// <summary>Events of one incarnation of a file.</summary>
    /// <param name="pipeline">What the input does to events.</param>
    /// <param name="metadata">The constant part of each event.</param>
    /// <param name="isRaw">Values are messages alone.</param>
    public StructuredEvents(EventPipeline pipeline, JsonObject metadata, bool isRaw)
    {
        _pipeline = pipeline;
        _isRaw = isRaw;
        _template = new EventObject();
        _agent = new EventObject();
        var file = new EventObject();
        foreach (var (name, node) in metadata)
        {
            var json = Encoding.UTF8.GetBytes(node?.ToJsonString() ?? "null");
            _ = FieldJson.TryRead(json, out var value, out _);
            if (name == "log")
            {
                file = (EventObject)value!;
            }
            else
            {
                (name is "host" or "agent" or "ecs" ? _agent : _template).Set(name, value);
            }
        }

        _file = file.Freeze();
        _template.Freeze();
        _agent.Freeze();
    }

    /// <summary>Whether a message becomes an event, and its value; lies in <paramref name="scratch"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="now">The time of reading.</param>
    /// <param name="lengthMax">The most bytes of the value.</param>
    /// <param name="scratch">Where to build it.</param>
    /// <param name="value">The value.</param>
    public bool TryEncode(
        AssembledMessage message,
        DateTimeOffset now,
        int lengthMax,
        StructuredScratch scratch,
        out ReadOnlySpan<byte> value)
    {
        value = default;
        if ((message.Length == 0 && !message.HasNoMessage && message.Error is null)
            || (_pipeline.Filter is { } filter && !filter.Passes(message.Text)))
        {
            return false;
        }

        if (_isRaw && !_pipeline.HasProcessors && !message.HasNoMessage)
        {
            message.IsTruncated |= message.Length > lengthMax;
            value = message.Text[..JsonStringWriter.CharacterBoundary(
                message.Text, Math.Min(message.Length, lengthMax))];
            return true;
        }

        var @event = Build(message, now);
        if (!_pipeline.Process(@event, _agent))
        {
            return false;
        }

        value = Write(@event, lengthMax, scratch, message);
        return true;
    }

    private AgentEvent Build(AssembledMessage message, DateTimeOffset now)
    {
        var fields = new EventObject(16);
        if (!message.HasNoMessage)
        {
            fields.Set(AgentEvent.MessageField, Encoding.UTF8.GetString(message.Text));
        }

        var log = new EventObject(4);
        if (_file.Count > 0)
        {
            log.Set("offset", message.Start);
        }

        if (message.IsTruncated || message.IsMultiline)
        {
            var flags = new List<object?>(2);
            if (message.IsMultiline)
            {
                flags.Add("multiline");
            }

            if (message.IsTruncated)
            {
                flags.Add("truncated");
            }

            log.Set("flags", flags);
        }

        for (var index = 0; index < _file.Count; index++)
        {
            log.Set(_file.NameAt(index), _file.ValueAt(index));
        }

        if (log.Count > 0)
        {
            fields.Set("log", log);
        }

        if (message.Stream is { } stream)
        {
            fields.Set("stream", stream);
        }

        var @event = new AgentEvent(fields, message.Timestamp ?? now);
        if (message.Fields is { } found)
        {
            fields.Merge(found, overwrites: true);
        }

        for (var index = 0; index < _template.Count; index++)
        {
            fields.Set(_template.NameAt(index), _template.ValueAt(index));
        }

        if (message.Json is not null)
        {
            message.JsonStage!.Apply(message, @event);
        }

        if (message.Error is { } error)
        {
            @event.AddError(error, message.ErrorType);
        }

        return @event;
    }

    private ReadOnlySpan<byte> Write(
        AgentEvent @event, int lengthMax, StructuredScratch scratch, AssembledMessage message)
    {
        if (_isRaw)
        {
            var text = @event.Text(AgentEvent.MessageField) ?? FieldJson.ToText(@event.Fields);
            var raw = scratch.Bytes(text);
            return raw[..JsonStringWriter.CharacterBoundary(raw, Math.Min(raw.Length, lengthMax))];
        }

        var value = scratch.Write(@event, _pipeline.KeepsNull);
        while (value.Length > lengthMax)
        {
            message.IsTruncated = true;
            if (@event.Text(AgentEvent.MessageField) is { Length: > 1 } text)
            {
                // An escaped character takes up to six bytes, so more than one cut may be needed.
                var excess = value.Length - lengthMax + CutSlack;
                @event.Put(AgentEvent.MessageField, text[..CutAt(text, Math.Max(1, text.Length - excess))]);
                @event.Append("log.flags", "truncated");
            }
            else
            {
                // Its other fields are too large: what is left says so.
                @event = new AgentEvent(new EventObject(), @event.Timestamp);
                @event.Fields.Merge(_agent, overwrites: false);
                if (_file.Count > 0)
                {
                    @event.Put("log.offset", message.Start);
                    @event.Put("log.file", _file["file"]);
                }

                @event.AddError($"The event's fields were larger than {lengthMax} bytes and were dropped");
                return scratch.Write(@event, keepsNull: false);
            }

            value = scratch.Write(@event, _pipeline.KeepsNull);
        }

        return value;
    }

    private static int CutAt(string text, int length) =>
        length < text.Length && char.IsLowSurrogate(text[length]) ? Math.Max(0, length - 1) : length;
}
