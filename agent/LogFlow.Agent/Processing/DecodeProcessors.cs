using System.Text;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>decode_json_fields</c>: fields that hold JSON as text.</summary>
internal sealed class DecodeJsonFields : EventProcessor
{
    [ConfigKey("fields")]
    public List<string> Fields { get; set; } = [];

    [ConfigKey("process_array")]
    public bool ProcessArray { get; set; }

    [ConfigKey("max_depth")]
    public int MaxDepth { get; set; } = 1;

    [ConfigKey("target")]
    public string? Target { get; set; }

    [ConfigKey("overwrite_keys")]
    public bool OverwriteKeys { get; set; }

    [ConfigKey("expand_keys")]
    public bool ExpandKeys { get; set; }

    [ConfigKey("add_error_key")]
    public bool AddErrorKey { get; set; }

    [ConfigKey("document_id")]
    public string DocumentId { get; set; } = "";

    /// <summary>Not of Filebeat's reference, but seen; the target decides.</summary>
    [ConfigKey("keys_under_root")]
    public bool KeysUnderRoot { get; set; }

    /// <summary>Not of Filebeat's reference, but seen.</summary>
    [ConfigKey("ignore_failure")]
    public bool IgnoreFailure { get; set; }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var field in Fields)
        {
            if (@event.Text(field) is { } text)
            {
                Decode(@event, field, text);
            }
        }

        return true;
    }

    private void Decode(AgentEvent @event, string field, string text)
    {
        var json = Encoding.UTF8.GetBytes(text);
        if (!FieldJson.TryRead(json, out var value, out var problem)
            || (value is not EventObject && !(value is List<object?> && ProcessArray)))
        {
            if (AddErrorKey)
            {
                @event.AddError($"parsing input as JSON: {problem ?? "it is no object"}");
            }

            return;
        }

        value = Deepen(value, MaxDepth - 1);
        if (value is EventObject document)
        {
            value = document = ExpandKeys ? JsonStage.Expand(document) : document;
            if (DocumentId.Length > 0 && EventPath.TryGet(document, DocumentId, out var id) && id is string name)
            {
                EventPath.Remove(document, DocumentId);
                @event.OwnMetadata.Set("_id", name);
            }
        }

        if (Target is null)
        {
            @event.Put(field, value);
        }
        else if (Target.Length > 0)
        {
            @event.Put(Target, value);
        }
        else if (value is EventObject root)
        {
            JsonStage.MergeAtRoot(@event, root, OverwriteKeys, AddErrorKey);
        }
    }

    /// <summary>Texts inside the document that are JSON themselves, as deep as asked for.</summary>
    private static object? Deepen(object? value, int depth)
    {
        if (depth <= 0 || value is not EventObject fields)
        {
            return value;
        }

        for (var index = 0; index < fields.Count; index++)
        {
            if (fields.ValueAt(index) is string text
                && text.AsSpan().TrimStart().StartsWith("{")
                && FieldJson.TryRead(Encoding.UTF8.GetBytes(text), out var inner, out _))
            {
                fields.Set(fields.NameAt(index), Deepen(inner, depth - 1));
            }
        }

        return fields;
    }
}

/// <summary><c>decode_csv_fields</c>: a line of CSV becomes a list of texts.</summary>
internal sealed class DecodeCsvFields : EventProcessor
{
    [ConfigKey("fields")]
    public Dictionary<string, object?> Fields { get; set; } = [];

    [ConfigKey("separator")]
    public string Separator { get; set; } = ",";

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("overwrite_keys")]
    public bool OverwriteKeys { get; set; }

    [ConfigKey("trim_leading_space")]
    public bool TrimLeadingSpace { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    /// <inheritdoc/>
    public override IEnumerable<ConfigProblem> Prepare() => Separator.Length == 1
        ? []
        : [new ConfigProblem("separator", "must be one character")];

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var (from, to) in Fields)
        {
            if (@event.Text(from) is not { } text || to is not string target)
            {
                if (!IgnoreMissing && FailOnError && to is string)
                {
                    @event.AddError($"field '{from}' is not there, or no text");
                }

                continue;
            }

            if (target != from && !OverwriteKeys && @event.TryGet(target, out _))
            {
                if (FailOnError)
                {
                    @event.AddError(
                        $"target field '{target}' already has a value. Set the overwrite_keys flag or drop it");
                }

                continue;
            }

            if (TryRead(text, out var values))
            {
                @event.Put(target, values);
            }
            else if (FailOnError)
            {
                @event.AddError($"error decoding CSV from field '{from}': a quote has no end");
            }
        }

        return true;
    }

    private bool TryRead(string text, out List<object?> values)
    {
        values = [];
        var rest = text.AsSpan().TrimEnd("\r\n");
        while (true)
        {
            rest = TrimLeadingSpace ? rest.TrimStart(' ') : rest;
            if (rest.StartsWith("\""))
            {
                var value = new StringBuilder();
                rest = rest[1..];
                while (true)
                {
                    var quote = rest.IndexOf('"');
                    if (quote < 0)
                    {
                        return false;
                    }

                    value.Append(rest[..quote]);
                    rest = rest[(quote + 1)..];
                    if (!rest.StartsWith("\""))
                    {
                        break;
                    }

                    value.Append('"');
                    rest = rest[1..];
                }

                values.Add(value.ToString());
                if (rest.IsEmpty)
                {
                    return true;
                }

                if (rest[0] != Separator[0])
                {
                    return false;
                }

                rest = rest[1..];
                continue;
            }

            var end = rest.IndexOf(Separator[0]);
            values.Add((end < 0 ? rest : rest[..end]).ToString());
            if (end < 0)
            {
                return true;
            }

            rest = rest[(end + 1)..];
        }
    }
}

/// <summary><c>decode_base64_field</c>.</summary>
internal sealed class DecodeBase64Field : EventProcessor
{
    [ConfigKey("field")]
    public FromTo Field { get; set; } = new();

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (@event.Text(Field.From) is not { } text)
        {
            if (!IgnoreMissing && FailOnError)
            {
                @event.AddError($"could not decode base64: '{Field.From}' is not there, or no text");
            }

            return true;
        }

        var bytes = new byte[text.Length];
        var padded = text.TrimEnd('=');
        padded += new string('=', (4 - (padded.Length % 4)) % 4);
        if (Convert.TryFromBase64String(padded, bytes, out var length))
        {
            @event.Put(Field.To.Length > 0 ? Field.To : Field.From, Encoding.UTF8.GetString(bytes, 0, length));
        }
        else if (FailOnError)
        {
            @event.AddError($"error trying to decode {Field.From}: not base64");
        }

        return true;
    }
}

/// <summary><c>urldecode</c>.</summary>
internal sealed class UrlDecode : EventProcessor
{
    [ConfigKey("fields")]
    public List<FromTo> Fields { get; set; } = [];

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var pair in Fields)
        {
            if (@event.Text(pair.From) is { } text)
            {
                @event.Put(
                    pair.To.Length > 0 ? pair.To : pair.From,
                    Uri.UnescapeDataString(text.Replace('+', ' ')));
            }
            else if (!IgnoreMissing && FailOnError)
            {
                @event.AddError($"failed to URL-decode fields: '{pair.From}' is not there, or no text");
                break;
            }
        }

        return true;
    }
}
