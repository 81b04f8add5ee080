using System.Text;

namespace LogFlow.Agent;

/// <summary>
/// <c>ndjson</c> and <c>json</c>: a line is a JSON object, whose fields become the event's. What is no JSON goes on as
/// the text that it is.
/// </summary>
internal sealed class JsonStage(JsonOptions options) : ParserStage
{
    private const string TimestampField = "@timestamp";
    private const string MetadataField = "@metadata";

    /// <inheritdoc/>
    public override void Feed(AssembledMessage message)
    {
        if (message.Length == 0)
        {
            Next(message);
            return;
        }

        if (!FieldJson.TryRead(message.Text, out var value, out var problem) || value is not EventObject document)
        {
            SetError(message, $"Error decoding JSON: {problem ?? "it is no object"}");
            Next(message);
            return;
        }

        message.Json = options.ExpandsKeys ? Expand(document) : document;
        message.JsonStage = this;
        if (options.MessageKey.Length == 0)
        {
            message.HasNoMessage = true;
        }
        else if (EventPath.TryGet(message.Json, options.MessageKey, out var text) && text is string line)
        {
            message.Replace(Encoding.UTF8.GetBytes(line));
        }
        else
        {
            message.Replace([]);
            message.HasNoMessage = true;
            SetError(message, $"Key '{options.MessageKey}' not found, or its value is no text");
        }

        Next(message);
    }

    /// <summary>Puts a message's document into its event.</summary>
    public void Apply(AssembledMessage message, AgentEvent @event)
    {
        var document = message.Json!;
        if (options.MessageKey.Length > 0 && !message.HasNoMessage)
        {
            // What other parsers made of the line goes back to where it came from.
            EventPath.Put(document, options.MessageKey, Encoding.UTF8.GetString(message.Text));
        }

        if (options.DocumentIdKey.Length > 0
            && EventPath.TryGet(document, options.DocumentIdKey, out var id)
            && id is string { Length: > 0 } text)
        {
            EventPath.Remove(document, options.DocumentIdKey);
            @event.OwnMetadata.Set("_id", text);
        }

        if (options.Target.Length > 0)
        {
            @event.Put(options.Target, document);
        }
        else
        {
            MergeAtRoot(@event, document, options.Overwrites, options.AddsErrorKey);
        }
    }

    /// <summary>
    /// At the root a document meets the agent's own fields. Its time, its metadata and its type are taken only where it
    /// may overwrite; as in Filebeat.
    /// </summary>
    public static void MergeAtRoot(AgentEvent @event, EventObject document, bool overwrites, bool addsErrorKey)
    {
        if (document.TryGet(TimestampField, out var time))
        {
            document.Remove(TimestampField);
            if (overwrites && time is string written && AgentEvent.TryParseTime(written, out var timestamp))
            {
                @event.Timestamp = timestamp;
            }
            else if (overwrites && addsErrorKey)
            {
                @event.AddError("@timestamp not overwritten (not a time)", "json");
            }
        }

        if (document.TryGet(MetadataField, out var metadata))
        {
            document.Remove(MetadataField);
            if (overwrites && metadata is EventObject fields)
            {
                @event.OwnMetadata.Merge(fields, overwrites: true);
            }
        }

        if (document.TryGet("type", out var type) && overwrites
            && (type is not string name || name.Length == 0 || name[0] == '_'))
        {
            document.Remove("type");
            if (addsErrorKey)
            {
                @event.AddError("type not overwritten (not a name)", "json");
            }
        }

        @event.Fields.Merge(document, overwrites);
    }

    /// <summary><c>{"a.b":1}</c> becomes <c>{"a":{"b":1}}</c>, at every level.</summary>
    public static EventObject Expand(EventObject document)
    {
        var expanded = new EventObject(Math.Max(4, document.Count));
        for (var index = 0; index < document.Count; index++)
        {
            var value = document.ValueAt(index) is EventObject nested ? Expand(nested) : document.ValueAt(index);
            EventPath.Put(expanded, document.NameAt(index), value, mergesObjects: true);
        }

        return expanded;
    }

    private void SetError(AssembledMessage message, string error)
    {
        if (options.AddsErrorKey)
        {
            (message.Error, message.ErrorType) = (error, "json");
        }
    }
}

/// <summary>How a JSON line becomes fields.</summary>
/// <param name="Target">Where they go; empty: the root.</param>
/// <param name="Overwrites">Whether they go before the agent's own.</param>
/// <param name="ExpandsKeys">Whether dots in names nest.</param>
/// <param name="AddsErrorKey">Whether what goes wrong is noted in the event.</param>
/// <param name="MessageKey">The field that is the message; empty: none.</param>
/// <param name="DocumentIdKey">The field that is the document's id; empty: none.</param>
internal sealed record JsonOptions(
    string Target,
    bool Overwrites,
    bool ExpandsKeys,
    bool AddsErrorKey,
    string MessageKey,
    string DocumentIdKey);
